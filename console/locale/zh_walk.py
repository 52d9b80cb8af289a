"""The words of the walk over the floor in Simplified Chinese, by their English text."""

from __future__ import annotations

from collections.abc import Mapping

WALK: Mapping[str, str] = {
    # the last row, and the page of help
    "check": "检查",
    "all well": "无问题",
    "fails": "不合格",
    "owner": "责任人",
    "to a seat": "到座位",
    "unseen": "未查看",
    "end": "结束",
    "photo": "照片",
    "Walk a round, seat by seat": "巡场检查，逐座查看",
    "On a walk": "巡场检查",
    "Mark the stop as it is shown, and go on to the next": "按所示记下这一处，到下一处",
    "The rule fails; again: not applicable; again: pass": "该项不合格；再按：不适用；再按：合格",
    "Go to the next rule; mark it as its digit does": "到下一项；与数字键一样记下该项",
    "A note on the rule in hand; who puts it right, and until when": "为当前项加备注；指定责任人与期限",
    "Its points, where it has a range; the name of a photo": "分值（有范围时）；照片文件名",
    "Go to another stop; back to the one before": "到别处；回到上一处",
    "Go to a seat by its name; to the next that nobody has seen today": "按座位号前往；到下一个今日未查看的座位",
    "The map of the walk instead of the stop, or beside it": "显示巡场座位图",
    "End the round, although places are left": "还有未查看处时结束检查",
    "Leave: the round goes on where it was left": "离开：下次从这里继续",
    # messages
    "There is no such round at this moment.": "此刻没有这次检查。",
    "{place}: {who} has just been here; you go on.": "{place}：{who} 刚刚查看过，到下一处。",
    "{who} found that. x among the findings (D) takes it back.": "这是 {who} 发现的。可在现场问题（D）中按 x 撤回。",
    "This round was ended by {who} at {time}.": "{who} 已于 {time} 结束本次检查。",
    "Mark a rule first: its digit, or Tab goes to it.": "请先选一项：按数字键，或用 Tab。",
    "it waits for a mark before it that was not taken": "前一项未记入，此项暂缓",
    "{place}: not taken: {why}": "{place}：未记入：{why}",
    "This round opens at {time}.": "本次检查 {time} 开始。",
    # windows
    "{rule}: a note": "{rule}：备注",
    "{rule}: the photo's file": "{rule}：照片文件名",
    "This rule leaves no choice: it is {n}.": "该项分值固定：{n}。",
    "{rule}: how many points, {span}?": "{rule}：记多少分（{span}）？",
    "write a whole number within the range": "请输入范围内的整数",
    "{rule}: who puts it right?": "{rule}：由谁整改？",
    "{rule}: until when?": "{rule}：期限？",
    "in {n} minutes": "{n} 分钟内",
    "in an hour": "一小时内",
    "by the end of the shift": "下班前",
    "another time…": "其他时间……",
    "no deadline": "不设期限",
    "Go to which seat?": "前往哪个座位？",
    "no such place on this round: write a seat's name, or the end of it": "没有这个位置：请输入座位号或其末尾数字",
    "{round}: end it, although {n} of {all} places are left?": "{round}：{all} 处中还有 {n} 处未查看，仍要结束？",
    "end it": "结束",
    "why, if you like": "原因（可不填）",
    "{n} places have a mark that was not taken: look at them first.": "有 {n} 处未记入：请先查看。",
    "{round}: ended, {done} of {n} places, {failed} failed": "{round}：已结束，{done} / {n} 处，{failed} 项不合格",
    "somebody else…": "其他人……",
    # which round
    "Which round?": "哪一次检查？",
    "Begin which round?": "开始哪一种检查？",
    "another round…": "另开一次检查……",
    "finished {time}": "{time} 完成",
    "No round is known at this moment.": "此刻没有检查安排。",
    "No checklists are known.": "没有检查表。",
    "{round}: begun": "{round}：已开始",
}
"""Chinese by English."""
