"""What the played supervisor checks over a day: four rounds, in the site's own words."""

from __future__ import annotations

from typing import NamedTuple

from data.model.observation import ChecklistItem


class Check(NamedTuple):
    """One thing looked at. `where` is what it can fail at: `seat`, `zone` or `floor`.

    `wrong` is noted when it fails, `none` when there was nothing to look at; both in English and Chinese.
    """

    key: str
    en: str
    zh: str
    where: str
    wrong: tuple[str, str]
    none: tuple[str, str] | None = None

    @property
    def item(self) -> ChecklistItem:
        """The line as shown."""
        return ChecklistItem(self.key, self.en, self.zh)


class Round(NamedTuple):
    """A checklist of the day; times in minutes after midnight, `chinese` is the language its notes are in."""

    key: str
    en: str
    zh: str
    opens: int
    begins: int
    due: int
    by: str
    chinese: bool
    checks: tuple[Check, ...]


_PHONE = ("phone face up by the keyboard", "手机放在键盘旁")
_NO_VISITORS = ("no visitors", "无访客")

_OPENING = (
    Check(
        "roll_call",
        "Roll-call done, absences noted",
        "点名完成，缺勤已登记",
        "floor",
        ("two not yet called back", "两人未回电"),
    ),
    Check(
        "briefing",
        "Briefing held, today's focus said",
        "晨会已开，今日重点已说明",
        "floor",
        ("focus of the day not on the board", "今日重点未上板"),
    ),
    Check(
        "headsets",
        "Headsets whole, one per seat",
        "耳麦完好，一席一副",
        "seat",
        ("left ear crackles, swapped", "左耳有杂音，已更换"),
    ),
    Check(
        "screens",
        "Desktops start and reach the customer system",
        "电脑可启动，业务系统可登录",
        "seat",
        ("sign-in loops, ticket opened", "登录循环，已报修"),
    ),
    Check(
        "desks",
        "Desks clear, things on their side",
        "桌面整洁，物品归位",
        "seat",
        ("cup without a lid", "水杯无盖"),
    ),
    Check(
        "badges",
        "Badges worn",
        "工牌佩戴",
        "seat",
        ("badge left at home, day pass given", "忘带工牌，已发临时证"),
    ),
    Check("dress", "Dress as agreed", "着装符合要求", "seat", ("spoken to in private", "已私下提醒")),
    Check(
        "exits",
        "Fire exits and corridors free",
        "消防通道与走廊畅通",
        "zone",
        ("boxes before the door", "门前堆放纸箱"),
    ),
    Check("door", "Floor door shuts by itself", "门禁可自动关闭", "floor", ("closer is slow", "闭门器偏慢")),
    Check(
        "visitors",
        "Visitors signed in and met",
        "访客已登记并有人陪同",
        "floor",
        ("one without a host", "一人无人陪同"),
        _NO_VISITORS,
    ),
    Check(
        "air",
        "Temperature and noise comfortable",
        "温度与噪音适宜",
        "zone",
        ("27 °C, asked to cool", "27 度，已报降温"),
    ),
    Check(
        "wallboard",
        "Wall display on, right queues",
        "大屏已开，队列正确",
        "floor",
        ("showed yesterday", "显示昨日数据"),
    ),
)

_MID_SHIFT = (
    Check(
        "posture",
        "Seated upright, headset on, ready",
        "坐姿端正，耳麦在耳，随时接听",
        "seat",
        ("leaning on the desk, offered a rest", "趴在桌上，已安排小休"),
    ),
    Check("phones", "No private phone on the desk", "桌面无私人手机", "seat", _PHONE),
    Check(
        "reasons",
        "Break reasons match what is seen",
        "示忙原因与实际相符",
        "seat",
        ("meal chosen for a rest", "小休选成用餐"),
    ),
    Check(
        "phrases",
        "No forbidden phrase heard",
        "未听到服务禁语",
        "seat",
        ("'as I said already'", "“我刚才说过了”"),
    ),
    Check(
        "venting",
        "No venting between calls",
        "通话间隙无抱怨",
        "zone",
        ("loud talk about a caller", "大声议论客户"),
    ),
    Check("seats", "All at their own seats", "均在本人工位", "seat", ("swapped without a word", "未报备换座")),
    Check(
        "clusters",
        "No clusters in the aisles",
        "过道无聚集",
        "zone",
        ("four at the printer", "打印机旁四人聚集"),
    ),
    Check("food", "No food at the desks", "工位无食物", "seat", ("bun on the desk", "桌上有包子")),
    Check(
        "papers",
        "No customer data on paper",
        "纸面无客户信息",
        "seat",
        ("number on a sticky note", "便签上有号码"),
    ),
    Check(
        "hard_calls",
        "A word after each hard call",
        "难缠来电后已关怀",
        "floor",
        ("one not followed up", "一人未跟进"),
    ),
    Check(
        "newcomers",
        "Newcomers have a buddy near",
        "新人有搭档在旁",
        "zone",
        ("buddy is at a meal", "搭档用餐中"),
        ("no newcomers today", "今日无新人"),
    ),
    Check(
        "exits",
        "Fire exits and corridors free",
        "消防通道与走廊畅通",
        "zone",
        ("chair in the way", "椅子挡道"),
    ),
)

_AFTERNOON = (
    Check(
        "back_in_time",
        "All back from meals in time",
        "用餐均按时返回",
        "seat",
        ("six minutes late", "晚六分钟"),
    ),
    Check(
        "rest_room",
        "Rest room tidy and quiet",
        "休息室整洁安静",
        "floor",
        ("lights out of order", "灯坏一盏"),
    ),
    Check(
        "tired",
        "Those without a break for long are offered one",
        "久未休息者已安排小休",
        "seat",
        ("declined, asked again in 20 min", "本人婉拒，二十分钟后再问"),
    ),
    Check("phones", "No private phone on the desk", "桌面无私人手机", "seat", _PHONE),
    Check(
        "usb",
        "No unapproved USB or software",
        "无未批准的优盘或软件",
        "seat",
        ("phone charging at the PC", "手机接电脑充电"),
    ),
    Check(
        "posters",
        "Notices only where allowed",
        "张贴物在指定位置",
        "zone",
        ("old rota still up", "旧排班表未撤"),
    ),
    Check(
        "plants",
        "Plants and blinds as they should be",
        "绿植与窗帘正常",
        "zone",
        ("blinds stuck, glare", "窗帘卡住，反光"),
    ),
    Check(
        "faults",
        "Faulty equipment reported, not moved",
        "设备故障已报修，未自行移动",
        "seat",
        ("monitor flickers, not reported", "显示器闪烁，未报修"),
        ("no faults open", "无未结故障"),
    ),
    Check("praise", "Good calls praised in public", "好通话已当众表扬", "floor", ("not yet", "尚未")),
    Check("noise", "Voices at speaking level", "音量适中", "zone", ("asked to lower", "已提醒")),
)

_CLOSING = (
    Check(
        "flags_open",
        "Open flags told to the next lead",
        "未结标记已交接",
        "floor",
        ("one without an owner", "一项无负责人"),
    ),
    Check(
        "findings",
        "Open findings have owner and date",
        "未结问题有责任人和期限",
        "floor",
        ("one without a date", "一项无期限"),
    ),
    Check(
        "chairs",
        "Chairs pushed in, desks clear",
        "椅子归位，桌面清空",
        "seat",
        ("cup and papers left", "留有水杯和纸张"),
    ),
    Check("screens", "Screens locked or off", "电脑锁屏或关机", "seat", ("left signed in", "未退出登录")),
    Check("headsets", "Headsets hung up", "耳麦挂好", "seat", ("on the floor", "掉在地上")),
    Check(
        "papers",
        "Paper bins emptied into the shredder",
        "废纸已入碎纸机",
        "zone",
        ("bin half full", "废纸篓半满"),
    ),
    Check(
        "lost",
        "Found things handed in",
        "拾获物品已上交",
        "floor",
        ("umbrella kept at a seat", "雨伞留在工位"),
        ("nothing found", "无拾获"),
    ),
    Check("power", "Chargers and fans unplugged", "充电器与风扇已拔", "seat", ("fan running", "风扇未关")),
    Check(
        "callbacks",
        "Promised call-backs done or handed on",
        "承诺回电已完成或移交",
        "floor",
        ("two go to tomorrow", "两条转明日"),
    ),
    Check("log", "Handover log written", "交接日志已填写", "floor", ("outage part missing", "缺系统故障一段")),
)

ROUNDS = (
    Round("opening", "Opening", "开班检查", 465, 480, 510, "张磊", True, _OPENING),
    Round("mid_shift", "Mid-shift walk", "班中巡场", 600, 610, 690, "张磊", True, _MID_SHIFT),
    Round("afternoon", "Afternoon walk", "下午巡场", 840, 872, 930, "Dana", False, _AFTERNOON),
    Round("closing", "Closing and handover", "收班与交接", 1110, 1143, 1185, "Dana", False, _CLOSING),
)
"""08:00 to 08:30, 10:10 to 11:30, 14:32 to 15:30, 19:03 to 19:45."""
