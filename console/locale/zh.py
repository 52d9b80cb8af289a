"""The screens' words in Simplified Chinese, by their English text; the panes' own are in `widgets.zh`."""

from __future__ import annotations

from collections.abc import Mapping

from widgets.zh import ZH

WORDS: Mapping[str, str] = {
    **ZH,
    # the last row
    "open": "打开",
    "why": "为何",
    "filter": "筛选",
    "sort": "排序",
    "teams": "班组",
    "map": "座位",
    "zoom": "放大",
    "pane": "窗格",
    "rewind": "倒回",
    "play/pause": "播放/暂停",
    "−10 s": "退10秒",
    "+10 s": "进10秒",
    "slower": "慢放",
    "faster": "快放",
    "before": "上一处",
    "next": "下一处",
    "go to": "前往",
    "live": "实时",
    "colours": "配色",
    "redraw": "重绘",
    "search": "搜索",
    "help": "帮助",
    "quit": "退出",
    "back": "返回",
    "scroll": "滚动",
    # help: groups
    "Floor": "现场",
    "Time": "时间",
    "Screen": "屏幕",
    "Signs": "图例",
    # help: sentences
    "Open the agent's or the queue's day": "打开坐席或队列的当天详情",
    "Explain the queue's service level with its figures": "用数字说明该队列的服务水平",
    "Show only the agents that match a word": "只显示符合关键词的坐席",
    "Sort the agents another way": "换一种坐席排序",
    "Group the agents by team": "按班组分组",
    "Show the agents where they sit": "按座位显示坐席",
    "Give the pane the whole screen, or give it back": "窗格放大到全屏，或还原",
    "Go to the next pane": "下一个窗格",
    "Go to the pane before": "上一个窗格",
    "Go to the queues": "转到队列",
    "Go to the agents": "转到坐席",
    "Go to the breaks": "转到小休示忙",
    "Go to the flags": "转到标记",
    "Go to the checklist": "转到检查表",
    "Go back a minute; recording goes on": "倒回一分钟，记录不中断",
    "Stop the clock, or let it run": "暂停或继续播放",
    "Go back ten seconds": "后退十秒",
    "Go on ten seconds": "前进十秒",
    "Let the clock run slower": "放慢播放",
    "Let the clock run faster": "加快播放",
    "Jump to the last moment that mattered": "跳到上一个要紧时刻",
    "Jump to the next moment that mattered": "跳到下一个要紧时刻",
    "Go to a time of the day": "前往当天某一时间",
    "Come back to now": "回到现在",
    "Switch between English and Chinese": "切换中文与英文",
    "Take the next set of colours": "换下一套配色",
    "Draw the whole screen anew": "重绘整个屏幕",
    "Search all that can be done": "搜索全部操作",
    "Show this page": "显示本页",
    "Leave": "退出程序",
    "Move the cursor; hjkl on the seat map": "移动光标；座位图上用 hjkl",
    "needs you · watch · notice: written thresholds, the worst first": "需要你 · 留意 · 注意：按既定阈值，最急的在前",
    "service level: answered within the threshold / (answered + abandoned), today; grey below n = 10": (
        "服务水平：阈值内接起 /（接起 + 放弃），当天；n 小于 10 时为灰色"
    ),
    "average handle time: talk + hold + wrap-up, per handled contact": "平均处理时长：每通的通话 + 保持 + 话后",
    # service level explained
    "service level": "服务水平",
    "target": "目标",
    "today": "今日",
    "a contact counts where it entered the queue": "来电计入其进入队列的时段",
    "offered": "进线",
    "answered": "接起",
    "abandoned": "放弃",
    "answered within T / (answered + abandoned)": "T 内接起 /（接起 + 放弃）",
    "answered within T / answered": "T 内接起 / 接起",
    "answered within T / (answered + abandoned − short abandons)": "T 内接起 /（接起 + 放弃 − 短放弃）",
    "answered within T / (answered + abandoned − abandoned within T)": "T 内接起 /（接起 + 放弃 − T 内放弃）",
    "(answered + abandoned within T) / (answered + abandoned)": "（T 内接起 + T 内放弃）/（接起 + 放弃）",
    "answered within T / (answered + abandoned + overflowed + timed out)": "T 内接起 /（接起 + 放弃 + 溢出 + 超时）",
    # a detail's figures
    "transferred": "转接",
    "rings missed": "未接振铃",
    "not ready": "示忙",
    "wrap-up": "话后",
    "threshold": "阈值",
    "longest wait": "最长等待",
    "ASA": "平均应答",
    # moments and messages
    "Waiting for the first picture of the floor…": "正在等待现场的第一幅画面……",
    "Nothing later on this day.": "当天之后没有要紧时刻。",
    "Nothing earlier on this day.": "当天之前没有要紧时刻。",
    "write a time as 10:40, 10:40:30, 2026-11-20 10:40, -5m or +30s": (
        "时间写作 10:40、10:40:30、2026-11-20 10:40、-5m 或 +30s"
    ),
}
"""Chinese by English."""
