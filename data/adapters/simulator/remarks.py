"""What the played leads note on a round: of each rule of the shipped checklists what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from data.adapters.simulator.moods import CHINESE


class Remark(NamedTuple):
    """A note in both languages."""

    en: str
    zh: str

    def of(self, by: str) -> str:
        """Return it in the language in which somebody writes."""
        return self.zh if by in CHINESE else self.en


WRONG: Mapping[str, Remark] = {
    "briefing_held": Remark("began six minutes late", "晨会晚开六分钟"),
    "roll_call_done": Remark("two not yet called back", "两人未回电"),
    "staffing_checked": Remark("one gap on billing until nine", "账单队列九点前缺一人"),
    "news_known": Remark("new tariff not on the board", "新资费未上板"),
    "air_and_light": Remark("27 °C, asked to cool", "27 度，已报降温"),
    "equipment_whole": Remark("left ear crackles, swapped", "左耳有杂音，已更换"),
    "private_things": Remark("coat over the chair", "外套搭在椅背"),
    "badge_worn": Remark("left at home, day pass given", "忘带工牌，已发临时证"),
    "dress_code": Remark("spoken to in private", "已私下提醒"),
    "extinguishers_there": Remark("tag of May is out of date", "检查标签已过期"),
    "first_aid_known": Remark("no name on the board today", "今日急救员未上板"),
    "exits_clear": Remark("boxes before the door", "门前堆放纸箱"),
    "no_hazardous_goods": Remark("spray can under a desk", "桌下有喷雾罐"),
    "power_as_approved": Remark("two sockets chained", "两个插座串接"),
    "cables_safe": Remark("cable across the aisle", "过道有散线"),
    "noise_level": Remark("asked to lower", "已提醒降低音量"),
    "no_clusters": Remark("four at the printer", "打印机旁四人聚集"),
    "phone_put_away": Remark("phone face up by the keyboard", "手机放在键盘旁"),
    "headset_on": Remark("headset round the neck", "耳麦挂在脖子上"),
    "desk_in_order": Remark("papers over both halves", "纸张铺满桌面"),
    "sits_upright": Remark("leaning on the desk, offered a rest", "趴在桌上，已安排小休"),
    "break_in_time": Remark("back late, by the data", "数据显示超时返回"),
    "on_time": Remark("not in when the shift began, by the data", "数据显示开班时未签入"),
    "no_food": Remark("bun on the desk", "桌上有包子"),
    "door_shut": Remark("wedged with a chair", "椅子垫门"),
    "visitors_logged": Remark("one without a host", "一人无人陪同"),
    "printer_empty": Remark("customer list left at the printer", "打印机遗留客户清单"),
    "screen_locked": Remark("two screens open, nobody there", "两台电脑无人未锁屏"),
    "no_written_data": Remark("number on a sticky note", "便签上有号码"),
    "no_own_devices": Remark("phone charging at the PC", "手机接电脑充电"),
    "no_photographs": Remark("selfie with a screen behind", "自拍时带到屏幕"),
    "upset_looked_after": Remark("one still on calls, taken off now", "一人仍在接听，已停接"),
    "successor_in_time": Remark("came two minutes before", "提前两分钟到岗"),
    "open_matters_told": Remark("one finding without an owner", "一项问题无负责人"),
    "queues_told": Remark("breaks out not told", "在休人员未说明"),
    "chair_pushed_in": Remark("chair in the aisle", "椅子留在过道"),
    "desk_cleared": Remark("cup and papers left", "留有水杯和纸张"),
    "all_switched_off": Remark("fan running", "风扇未关"),
    "locked_at_closing": Remark("window of the break room open", "休息室窗户未关"),
}

CORRECTED: tuple[Remark, ...] = (
    Remark("put right on the spot", "当场整改"),
    Remark("looked again, in order", "复查合格"),
    Remark("done, thanked", "已整改，已致谢"),
)

UNFINISHED = Remark("meal time, the last rows not walked", "用餐高峰，后排未走到")
