"""Every column, field and word that may hold something about a person, as it was reviewed: none infers an emotion.

A test holds the program against this list, so that one that is added fails until somebody has read it and asked: *could
a machine put here how it thinks that a person feels?* Add it here when the answer is no. `mood` and `flag` hold what a
named person saw or was told, and nothing else writes them.
"""

TABLES = {
    "agent": "id source_id key signed_in presumed paused",
    "agent_history": "agent_id since_ms name team seat skills",
    "audit": "number at_ms uid user role tty address act agent_id result detail salt detail_digest previous digest",
    "baseline": (
        "agent_id queue_id start_ms handle_n handle_median handle_mad wrap_up_n wrap_up_median wrap_up_mad long_talk_ms"
    ),
    "break_decision": "id agent_id at_ms decision reason note decided_by ends_ms",
    "call": (
        "id contact queue_id agent_id caller caller_name entered_ms answered_ms ended_ms wait_ms ring_ms "
        "talk_ms hold_ms wrap_up_ms outcome"
    ),
    "checklist": "id key title_en title_zh opened_ms due_ms",
    "checklist_item": "checklist_id position key en zh",
    "checklist_mark": "checklist_id item at_ms mark marked_by note place owner due_ms",
    "coaching": "id agent_id at_ms praise note noted_by follow_up_ms done_ms done_by done_note",
    "coverage": "source_id since_ms until_ms reason",
    "flag": (
        "id agent_id kind note raised_by raised_ms expires_ms resolved_ms resolved_by resolved_note severity ended_ms"
    ),
    "flag_change": "id flag_id at_ms changed_by note step owner follow_up_ms expires_ms",
    "heartbeat": "source_id at_ms boot_ms good_boot_ms interval_ms pid error boot",
    "imported": "source_id digest bytes name",
    "listening": "id agent_id since_ms until_ms ends_ms ear reason phone listener ended_by",
    "member": "agent_id queue_id since_ms until_ms paused",
    "membership": "agent_id queue_id",
    "mood": "id agent_id at_ms mood note noted_by said",
    "queue": "id source_id key",
    "queue_history": "queue_id since_ms name channel threshold_ms short_abandon_ms target formula",
    "queue_sample": "at_ms queue_id waiting",
    "request": "uid key at_ms answer",
    "revision": "name number",
    "ring": "at_ms agent_id queue_id call_id ring_ms cancelled",
    "rollup_agent": (
        "start_ms agent_id offered answered abandoned short_abandoned overflowed timed_out lost transferred "
        "waiting talking answered_within abandoned_within handled hold_known wrap_up_known wait_answered_ms "
        "wait_abandoned_ms talk_ms hold_ms wrap_up_ms max_wait_ms state_available_ms state_ringing_ms "
        "state_talking_ms state_hold_ms state_wrap_up_ms state_not_ready_ms state_offline_ms state_unknown_ms"
    ),
    "rollup_queue": (
        "start_ms queue_id offered answered abandoned short_abandoned overflowed timed_out lost transferred "
        "waiting talking answered_within abandoned_within handled hold_known wrap_up_known wait_answered_ms "
        "wait_abandoned_ms talk_ms hold_ms wrap_up_ms max_wait_ms"
    ),
    "seat": "label since_ms zone row_index column_index",
    "site": "key value",
    "source": "id name cursor",
    "sqlite_sequence": "name seq",
    "state_span": "agent_id since_ms until_ms state reason queue_id call_id",
}
"""The columns of each table of the store."""

FIELDS = {
    "data.model.observation.AgentEntry": "key name team seat skills",
    "data.model.observation.AgentSeen": "agent state since_ms reason queue call serving or_states",
    "data.model.observation.CallAnswered": "at_ms call queue agent wait_ms ring_ms",
    "data.model.observation.CallEnded": "at_ms call queue agent outcome wait_ms talk_ms hold_ms wraps_up",
    "data.model.observation.CallEntered": "at_ms call queue caller caller_name",
    "data.model.observation.CallHeld": "at_ms call queue agent",
    "data.model.observation.CallResumed": "at_ms call queue agent",
    "data.model.observation.CallRinging": "at_ms call queue agent",
    "data.model.observation.ChecklistItem": "key en zh",
    "data.model.observation.ChecklistOpened": "at_ms checklist title_en title_zh due_ms items",
    "data.model.observation.CoachingNoted": "at_ms agent note by praise follow_up_ms",
    "data.model.observation.Directory": "agents queues seats",
    "data.model.observation.FlagRaised": "at_ms agent kind by note expires_ms step owner follow_up_ms",
    "data.model.observation.FlagResolved": "at_ms agent kind by note",
    "data.model.observation.ItemMarked": "at_ms checklist item mark by note place owner due_ms",
    "data.model.observation.MoodNoted": "at_ms agent mood by note said",
    "data.model.observation.Observation": "source since_ms until_ms events acts directory cursor snapshot",
    "data.model.observation.Paused": "at_ms agent queue reason",
    "data.model.observation.QueueEntry": "key name channel threshold_ms short_abandon_ms target formula",
    "data.model.observation.Resumed": "at_ms agent queue",
    "data.model.observation.RingEnded": "at_ms call queue agent ring_ms cancelled",
    "data.model.observation.SeatEntry": "label zone row column",
    "data.model.observation.Serving": "queue paused since_ms paused_ms",
    "data.model.observation.SignedIn": "at_ms agent queue paused",
    "data.model.observation.SignedOut": "at_ms agent queue signed_in_ms",
    "data.model.observation.Snapshot": "agents waiting corrects",
    "data.model.observation.SourceRestarted": "at_ms",
    "data.model.observation.WaitingSeen": "call queue entered_ms caller caller_name",
    "data.model.observation.WrapUpEnded": "at_ms call queue agent",
    "data.model.acts.EndWrapUp": "agent",
    "data.model.acts.HangUp": "call",
    "data.model.acts.Listen": "agent to ear",
    "data.model.acts.Order": "key expires_ms act",
    "data.model.acts.Pause": "agent queue reason",
    "data.model.acts.Redirect": "call extension context",
    "data.model.acts.Result": "done said",
    "data.model.acts.SetPenalty": "agent queue penalty",
    "data.model.acts.SignIn": "agent queue name penalty",
    "data.model.acts.SignOut": "agent queue",
    "data.model.acts.StopListening": "to",
    "data.model.acts.Unpause": "agent queue",
    "data.model.people.Answer": "done said id refusal",
    "data.model.people.ChangeFlag": "id note step owner follow_up_ms expires_ms",
    "data.model.people.CloseFollowUp": "id note",
    "data.model.people.DecideBreak": "agent decision reason note",
    "data.model.people.EndWrapUp": "agent",
    "data.model.people.EraseAgent": "agent reason",
    "data.model.people.ListenIn": "agent phone reason ear",
    "data.model.people.MoveAgent": "agent to_queue from_queue",
    "data.model.people.NoteCoaching": "agent note praise follow_up_ms",
    "data.model.people.NoteMood": "agent mood note said",
    "data.model.people.PauseAgent": "agent reason",
    "data.model.people.RaiseFlag": "agent flag note step owner follow_up_ms expires_ms",
    "data.model.people.ResolveFlag": "id helped",
    "data.model.people.SignOutAgent": "agent reason",
    "data.model.people.Standing": "user role teams abilities",
    "data.model.people.StopListeningIn": "id",
    "data.model.people.UnpauseAgent": "agent",
    "data.model.rows.Call": (
        "id contact queue_id agent_id caller caller_name entered_ms answered_ms ended_ms wait_ms ring_ms "
        "talk_ms hold_ms wrap_up_ms outcome"
    ),
    "data.model.rows.Coverage": "source_id since_ms until_ms reason",
    "data.model.rows.Member": "agent_id queue_id since_ms until_ms paused",
    "data.model.rows.Ring": "agent_id queue_id call_id at_ms ring_ms cancelled",
    "data.model.rows.Sample": "queue_id at_ms waiting",
    "data.model.rows.Span": "agent_id state reason queue_id call_id since_ms until_ms",
    "data.load.LoadPolicy": "hard_queues count_lateness",
    "data.load.Rule": "name weight lo hi unit",
    "data.load.Score": "score coverage parts",
    "data.load.Workload": "since_break occupancy hard_calls back_to_back handle_drift wrap_up_drift hours late",
}
"""The fields of what adapters tell, what phones are ordered, what people order, what is stored, what the load is of."""

WORDS = {
    "data.model.words.Channel": "voice chat email",
    "data.model.words.FlagKind": "asked_for_help raised_voice distressed_caller stepped_away_upset praise",
    "data.model.words.Health": "up late stale down none",
    "data.model.words.Mark": "pass fail not_applicable",
    "data.model.words.Outcome": "answered abandoned overflowed timed_out transferred lost",
    "data.model.words.State": "offline available ringing talking hold wrap_up not_ready unknown",
    "flags": "asked_for_help distressed_caller raised_voice stepped_away_upset unwell tired needs_follow_up praise",
    "steps": "private_word offer_break take_over buddy follow_up",
    "load": "since_break occupancy hard_calls back_to_back handle_drift wrap_up_drift hours late",
    "acts": (
        "raise_flag change_flag resolve_flag note_mood note_coaching close_follow_up decide_break pause_agent "
        "unpause_agent sign_out_agent end_wrap_up move_agent listen_in stop_listening_in erase_agent"
    ),
    "export": (
        "person names states queues_served calls rings_missed flags flag_changes moods coaching "
        "break_decisions listening own_usual quarter_hours audit mentions computed"
    ),
}
"""What a state, a flag, a step, a part of the load, an act can be; the sections of an export."""
