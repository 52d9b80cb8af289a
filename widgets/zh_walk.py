"""The words of a walk in Simplified Chinese, by their English text."""

from __future__ import annotations

from collections.abc import Mapping

WALK: Mapping[str, str] = {
    # the stop
    "Round": "检查",
    "Reading the round…": "正在读取本次检查……",
    "The end of the round": "检查结尾",
    "stop {n} of {all}": "第 {n} / {all} 处",
    "all looked at": "已查看",
    "something is amiss": "有问题",
    "a mark was not taken": "有一项未记入",
    "not seen today": "今日未查看",
    "the whole floor": "全场",
    "agent {id}": "坐席 {id}",
    "{n} seats in {zones} zones": "{zones} 个区域，{n} 个座位",
    "{n} seats": "{n} 个座位",
    "Nobody sits here": "无人在座",
    "Not signed in": "未签入",
    "still open: {what}": "未整改：{what}",
    "and {n} more": "另有 {n} 项",
    "{n} times": "第 {n} 次",
    "{n} more rules: Tab goes through them": "还有 {n} 项，按 Tab 逐项查看",
    "There is no place to look at: no seats are set up, and nobody is signed in. The round fills as people come.": (
        "没有可检查的地方：未设座位图，也无人签入。有人签入后即可开始。"
    ),
    "not taken: {why}": "未记入：{why}",
    "by the data: {what}": "系统数据：{what}",
    "to do: {what}": "处理：{what}",
    "photo {name}": "照片 {name}",
    "being sent": "发送中",
    "Found on this round so far": "本次检查已发现",
    # points
    "1 point": "1 分",
    "+1 point": "加 1 分",
    "{n} points": "{n} 分",
    "+{n} points": "加 {n} 分",
    "fine {n}": "扣款 {n}",
    "bonus {n}": "奖励 {n}",
    "level {n}": "{n} 级",
    # what the floor itself knows
    "{what}, {n} times today": "{what}，今日第 {n} 次",
    "signed in at {time}, {over} late ({limit} allowed)": "{time} 签入，迟到 {over}（允许 {limit}）",
    "not signed in since {time}, {over} late ({limit} allowed)": "{time} 起未签入，已迟到 {over}（允许 {limit}）",
    "{reason} of {time} took {length}, {limit} allowed": "{time} {reason}用时 {length}，允许 {limit}",
    "wrap-up at {time} took {length}, {limit} allowed": "{time} 话后用时 {length}，允许 {limit}",
    "not ready without a reason at {time} for {length}": "{time} 无原因示忙 {length}",
    "free at {time} for {length} while calls waited": "{time} 有来电排队时空闲 {length}",
    # the end
    "All {n} seats seen.": "{n} 个座位已全部查看。",
    "All {n} places seen.": "{n} 处已全部查看。",
    "All {n} seats seen: Enter ends the round.": "{n} 个座位已全部查看：按 Enter 结束检查。",
    "All {n} places seen: Enter ends the round.": "{n} 处已全部查看：按 Enter 结束检查。",
    "Ended {time} by {who}.": "{who} 于 {time} 结束。",
    "{n} places were left.": "当时还有 {n} 处未查看。",
    "{n} places are left.": "还有 {n} 处未查看。",
    "Nothing was found amiss.": "没有发现问题。",
    "{n} findings:": "{n} 项问题：",
    "1 place is left.": "还有 1 处未查看。",
    "1 place was left.": "当时还有 1 处未查看。",
    "1 finding": "1 项问题",
    "1 finding:": "1 项问题：",
    # the map
    "not kept": "未记入",
    "amiss": "有问题",
    "looked at": "已查看",
    "not yet": "待查看",
    "{who} at {place}": "{who} 在 {place}",
    "{n} left": "剩 {n} 处",
    "{n} not seen today": "{n} 处今日未查看",
    "{n} failed": "{n} 项不合格",
    "{n} findings": "{n} 项问题",
    "zone {name}": "{name} 区",
    # the checklist
    "{round} opens at {time}.": "下一次：{round}，{time} 开始。",
    "{key} begins one by hand.": "按 {key} 可另开一次检查。",
    "opens {time}": "{time} 开始",
    # the title
    "{done} of {n} places": "{done} / {n} 处",
    "ended {time}": "{time} 结束",
}
"""Chinese by English."""
