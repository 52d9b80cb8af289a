"""What a scripted Asterisk knows, and what it answers to actions: in the real one's words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

Fields = dict[str, str]

NO_RIGHTS = frozenset(
    {"Challenge", "Events", "ListCommands", "Login", "Logoff", "Ping", "QueueStatus", "QueueSummary", "WaitEvent"}
)
"""What an account may do that has no classes at all."""

ALL_COMMANDS = NO_RIGHTS | {
    *("QueuePause", "QueueAdd", "QueueRemove", "QueuePenalty", "Originate", "Redirect", "Hangup"),
    *("CoreShowChannels", "Getvar"),
}


def block(head: str, fields: Mapping[str, object], action_id: str = "") -> bytes:
    """Return a block as a list has it: the ActionID last."""
    lines = [head, *(f"{key}: {value}" for key, value in fields.items())]
    if action_id:
        lines.append(f"ActionID: {action_id}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", errors="surrogateescape")


def refusal(message: str, action_id: str) -> bytes:
    """Return an answer that says no."""
    return block("Response: Error", {"Message": message}, action_id)


def with_action_id(body: bytes, action_id: str) -> bytes:
    """Return what a real Asterisk answered to somebody else, as if we had asked."""
    blocks = [each for each in body.split(b"\r\n\r\n") if each]
    ours = b"ActionID: " + action_id.encode()
    named = [
        re.sub(rb"ActionID: \S+", ours, each) if b"ActionID: " in each else each + b"\r\n" + ours for each in blocks
    ]
    return b"\r\n\r\n".join(named) + b"\r\n\r\n"


class FakePbx:
    """Queues, members, callers and channels, with what actions do to them. Times are epoch s."""

    def __init__(self, commands: frozenset[str] = ALL_COMMANDS) -> None:
        self.commands = commands
        self.queues: dict[str, Fields] = {}
        self.members: list[Fields] = []
        self.entries: list[Fields] = []
        self.channels: list[Fields] = []
        self.extensions: set[tuple[str, str]] = set()
        """What DIALPLAN_EXISTS knows, as (context, extension); where it is empty the function is not there."""
        self.phones: dict[str, str] = {}
        """How a phone that is called ends, by its name: a Reason, `4` is answered; one that is missing rings on."""
        self.canned: dict[str, bytes] = {}
        """Whole captures to answer an action with; our ActionID is put in."""
        self.offset_s = 0.0
        """How far its clock is ahead of ours."""
        self.tells_time = True
        self.events: list[bytes] = []

    def now_s(self) -> float:
        """Return the time by Asterisk's clock."""
        return time.time() + self.offset_s

    def queue(self, name: str, **fields: object) -> None:
        """Add a queue."""
        known = {"Queue": name, "Max": "0", "Strategy": "ringall", "Calls": "0", "Holdtime": "0", "TalkTime": "0"}
        known |= {"Completed": "0", "Abandoned": "0", "ServiceLevel": "20", "ServicelevelPerf": "0.0"}
        known |= {"ServicelevelPerf2": "0.0", "Weight": "0"}
        self.queues[name] = known | {key: str(value) for key, value in fields.items()}

    def member(self, queue: str, interface: str, name: str = "", **fields: object) -> Fields:
        """Add a member, and return its fields."""
        known = {"Queue": queue, "Name": name or interface, "Location": interface, "StateInterface": interface}
        known |= {"Membership": "dynamic", "Penalty": "0", "CallsTaken": "0", "LastCall": "0", "LastPause": "0"}
        known |= {"LoginTime": str(int(self.now_s())), "InCall": "0", "Status": "1", "Paused": "0"}
        known |= {"PausedReason": "", "Wrapuptime": "0"}
        self.members.append(known | {key: str(value) for key, value in fields.items()})
        return self.members[-1]

    def entry(self, queue: str, uniqueid: str, channel: str, **fields: object) -> Fields:
        """Let a caller wait, and return the fields of the entry."""
        known = {"Queue": queue, "Position": "1", "Channel": channel, "Uniqueid": uniqueid, "CallerIDNum": "5550001"}
        known |= {"CallerIDName": "unknown", "ConnectedLineNum": "unknown", "ConnectedLineName": "unknown"}
        known |= {"Wait": "1", "Priority": "0"}
        self.entries.append(known | {key: str(value) for key, value in fields.items()})
        return self.entries[-1]

    def channel(self, name: str, uniqueid: str, application: str = "AppQueue") -> None:
        """Let there be a channel."""
        self.channels.append({"Channel": name, "Uniqueid": uniqueid, "Application": application})

    def tell(self, event: str, **fields: object) -> None:
        """Let something happen: an event for each session, with the time of now unless `Timestamp` is given."""
        stamp = {"Privilege": "agent,all", "Timestamp": f"{self.now_s():.6f}"}
        self.events.append(block(f"Event: {event}", stamp | fields))

    def answer(self, fields: Fields) -> bytes:
        """Return the answer to an action, and do what it asks for."""
        action, action_id = fields.get("Action", ""), fields.get("ActionID", "")
        if action not in self.commands:
            return refusal("Permission denied", action_id)
        if action in self.canned:
            return with_action_id(self.canned[action], action_id)
        answers: dict[str, Callable[[Fields], bytes]] = {
            "Ping": self._ping,
            "Events": lambda _: block("Response: Success", {"Events": "On"}, action_id),
            "ListCommands": self._list_commands,
            "QueueStatus": self._queue_status,
            "CoreShowChannels": self._channels,
            "Getvar": self._getvar,
            "QueuePause": self._pause,
            "QueueAdd": self._add,
            "QueueRemove": self._remove,
            "QueuePenalty": self._penalty,
            "Originate": self._originate,
            "Redirect": self._redirect,
            "Hangup": self._hang_up,
        }
        if action not in answers:
            said = f"Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
            return refusal(said, action_id)
        return answers[action](fields)

    def _done(self, fields: Fields, message: str) -> bytes:
        return block("Response: Success", {"Message": message}, fields["ActionID"])

    def _list(self, fields: Fields, message: str, items: list[tuple[str, Fields]]) -> bytes:
        action_id = fields["ActionID"]
        first = {"ActionID": action_id, "EventList": "start", "Message": message}
        last = {"ActionID": action_id, "EventList": "Complete", "ListItems": len(items)}
        body = block("Response: Success", first)
        body += b"".join(block(f"Event: {kind}", item, action_id) for kind, item in items)
        return body + block(f"Event: {fields['Action']}Complete", last)

    def _ping(self, fields: Fields) -> bytes:
        told = {"Ping": "Pong"} | ({"Timestamp": f"{self.now_s():.6f}"} if self.tells_time else {})
        return block("Response: Success", {"ActionID": fields["ActionID"]} | told)

    def _list_commands(self, fields: Fields) -> bytes:
        return block(
            "Response: Success",
            dict.fromkeys(sorted(self.commands), "what it does (Priv: <none>)"),
            fields["ActionID"],
        )

    def _queue_status(self, fields: Fields) -> bytes:
        items = [("QueueParams", queue) for queue in self.queues.values()]
        items += [("QueueMember", member) for member in self.members]
        items += [("QueueEntry", entry) for entry in self.entries]
        return self._list(fields, "Queue status will follow", items)

    def _channels(self, fields: Fields) -> bytes:
        return self._list(fields, "Channels will follow", [("CoreShowChannel", channel) for channel in self.channels])

    def _getvar(self, fields: Fields) -> bytes:
        asked = re.fullmatch(r"DIALPLAN_EXISTS\((.+),(.+),1\)", fields["Variable"])
        there = str(int((asked[1], asked[2]) in self.extensions)) if asked and self.extensions else ""
        return block("Response: Success", {"Variable": fields["Variable"], "Value": there}, fields["ActionID"])

    def _meant(self, fields: Fields) -> list[Fields]:
        named = [member for member in self.members if member["Location"] == fields["Interface"]]
        return [member for member in named if member["Queue"] == fields.get("Queue", member["Queue"])]

    def _pause(self, fields: Fields) -> bytes:
        paused = fields["Paused"] == "true"
        for member in self._meant(fields):
            member |= {"Paused": str(int(paused)), "PausedReason": fields.get("Reason", "")}
            known = {key: member[key] for key in ("Queue", "Paused", "PausedReason", "Penalty", "Status")}
            self.tell("QueueMemberPause", MemberName=member["Name"], Interface=member["Location"], **known)
        if not self._meant(fields):
            return refusal("Interface not found", fields["ActionID"])
        return self._done(fields, f"Interface {'' if paused else 'un'}paused successfully")

    def _add(self, fields: Fields) -> bytes:
        if fields["Queue"] not in self.queues:
            return refusal("Unable to add interface to queue: No such queue", fields["ActionID"])
        if self._meant(fields):
            return refusal("Unable to add interface: Already there", fields["ActionID"])
        self.member(
            fields["Queue"], fields["Interface"], fields.get("MemberName", ""), Penalty=fields.get("Penalty", "0")
        )
        return self._done(fields, "Added interface to queue")

    def _remove(self, fields: Fields) -> bytes:
        for member in self._meant(fields):
            self.members.remove(member)
            return self._done(fields, "Removed interface from queue")
        return refusal("Unable to remove interface: Not there", fields["ActionID"])

    def _penalty(self, fields: Fields) -> bytes:
        for member in self._meant(fields):
            member["Penalty"] = fields["Penalty"]
        if not self._meant(fields):
            return refusal("Invalid interface, queuename or penalty", fields["ActionID"])
        return self._done(fields, "Interface penalty set successfully")

    def _originate(self, fields: Fields) -> bytes:
        to, reason = fields["Channel"], self.phones.get(fields["Channel"])
        channel = f"{to}-{len(self.channels):08x}"
        if reason in (None, "4"):
            self.channel(channel, fields.get("ChannelId", "1.1"), "AppDial2" if reason is None else "ChanSpy")
        if reason is not None:
            self.phone_answers(fields, channel if reason == "4" else to, reason)
        return self._done(fields, "Originate successfully queued")

    def phone_answers(self, fields: Fields, channel: str, reason: str) -> None:
        """Let an `Originate` end: with reason 4 somebody answered."""
        response = "Success" if reason == "4" else "Failure"
        self.tell("OriginateResponse", ActionID=fields["ActionID"], Response=response, Channel=channel, Reason=reason)

    def _redirect(self, fields: Fields) -> bytes:
        channel = fields["Channel"]
        if channel not in self._open():
            return refusal(f"Channel does not exist: {channel}", fields["ActionID"])
        self.entries = [entry for entry in self.entries if entry["Channel"] != channel]
        return self._done(fields, "Redirect successful")

    def _hang_up(self, fields: Fields) -> bytes:
        channel = fields["Channel"]
        if channel not in self._open():
            return refusal("No such channel", fields["ActionID"])
        self.entries = [entry for entry in self.entries if entry["Channel"] != channel]
        self.channels = [open_one for open_one in self.channels if open_one["Channel"] != channel]
        self.tell("Hangup", Channel=channel)
        return self._done(fields, "Channel Hungup")

    def _open(self) -> set[str]:
        return {each["Channel"] for each in self.entries + self.channels}
