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
    "catalogue": "id since_ms digest body",
    "checklist": (
        "id key title_en title_zh opened_ms due_ms shift checklist occasion role catalogue_id by_hand "
        "begun_ms begun_by ended_ms ended_by ended_note"
    ),
    "checklist_item": (
        "checklist_id position key en zh place_kind area severity least most unit positive do_en do_zh "
        "prefill deadline_min dismissal"
    ),
    "checklist_mark": (
        "id checklist_id item place_kind place agent_id team zone at_ms mark marked_by note photo from_data "
        "owner due_ms"
    ),
    "coaching": "id agent_id at_ms praise note noted_by follow_up_ms done_ms done_by done_note",
    "coverage": "source_id since_ms until_ms reason",
    "finding": (
        "id rule area en zh severity positive points unit dismissal place_kind place zone agent_id team "
        "found_by found_role at_ms note photo checklist_id round shift closing closed_ms closed_by "
        "closed_note"
    ),
    "finding_change": "id finding_id at_ms changed_by note measure owner due_ms recheck_ms points",
    "flag": (
        "id agent_id kind note raised_by raised_ms expires_ms resolved_ms resolved_by resolved_note severity ended_ms"
    ),
    "flag_change": "id flag_id at_ms changed_by note step owner follow_up_ms expires_ms",
    "handover": "id shift at_ms written_by note items acknowledged_ms acknowledged_by acknowledged_note",
    "heartbeat": "source_id at_ms boot_ms good_boot_ms interval_ms pid error boot",
    "imported": "source_id digest bytes name",
    "incident": (
        "id kind en zh title at_ms noted_ms noted_by shift ended_ms ended_by avoidable worked change "
        "reviewed_by reviewed_ms"
    ),
    "incident_entry": "id incident_id kind at_ms noted_ms text noted_by",
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
    "roster": "id day agent agent_id name shift since_ms until_ms seat skills breaks set_ms set_by",
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
    "data.model.observation.CoachingNoted": "at_ms agent note by praise follow_up_ms",
    "data.model.observation.Directory": "agents queues seats",
    "data.model.observation.FlagRaised": "at_ms agent kind by note expires_ms step owner follow_up_ms",
    "data.model.observation.FlagResolved": "at_ms agent kind by note",
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
    "data.model.discipline_acts.RoundMarked": (
        "at_ms round where place mark by rules note photo owner due_ms points from_data"
    ),
    "data.model.discipline_acts.RoundEnded": "at_ms round by note",
    "data.model.discipline_acts.FindingRaised": "at_ms rule where place by note points measure owner due_ms",
    "data.model.discipline_acts.FindingEnded": "at_ms round rule where place closing by note",
    "data.model.discipline_acts.IncidentNoted": "at_ms kind title by began_ms",
    "data.model.discipline_acts.IncidentEntered": "at_ms title kind text by",
    "data.model.discipline_acts.IncidentEnded": "at_ms title by note",
    "data.model.discipline_acts.IncidentReviewed": "at_ms title avoidable worked by change",
    "data.model.discipline_acts.HandoverWritten": "at_ms shift by note",
    "data.model.discipline_acts.HandoverAcknowledged": "at_ms shift by note",
    "data.model.discipline_acts.Rostered": "at_ms lines by",
    "data.model.discipline.ShiftRow": "key en zh since_ms until_ms",
    "data.model.discipline.RoundRow": (
        "key checklist en zh occasion role shift opens_ms due_ms done n failed seats_done seats by last_ms "
        "place ended_ms ended_by"
    ),
    "data.model.discipline.RuleLine": "id area en zh where severity least most unit positive do_en do_zh prefill",
    "data.model.discipline.Stop": "where place zone agent_id",
    "data.model.discipline.MarkRow": "rule mark at_ms by note photo",
    "data.model.discipline.Fact": "prefill agent_id since_ms until_ms value_ms limit_ms reason",
    "data.model.discipline.WalkView": "round rules stops marks facts unseen",
    "data.model.discipline.FindingRow": (
        "id rule area en zh severity positive points unit where place agent_id agent team by by_role at_ms "
        "note photo measure owner due_ms recheck_ms repeats closing closed_ms closed_by closed_note shift "
        "round dismissal"
    ),
    "data.model.discipline.IncidentEntry": "kind at_ms text by",
    "data.model.discipline.Review": "avoidable worked change by at_ms",
    "data.model.discipline.IncidentRow": "id kind en zh title at_ms by entries ended_ms ended_by review shift",
    "data.model.discipline.HandoverItem": "section what text who owner at_ms due_ms n",
    "data.model.discipline.HandoverRow": (
        "id shift at_ms by note items acknowledged_ms acknowledged_by acknowledged_note"
    ),
    "data.model.discipline.Discipline": "shifts rounds findings incidents handovers missing",
    "data.model.discipline_requests.StartRound": "checklist",
    "data.model.discipline_requests.MarkPlace": "round where place mark rules note photo points owner due_ms from_data",
    "data.model.discipline_requests.EndRound": "round note",
    "data.model.discipline_requests.RaiseFinding": "rule where place note photo points measure owner due_ms",
    "data.model.discipline_requests.ChangeFinding": "id note measure owner due_ms recheck_ms points",
    "data.model.discipline_requests.CloseFinding": "id closing note",
    "data.model.discipline_requests.NoteIncident": "kind title at_ms",
    "data.model.discipline_requests.AddToIncident": "id kind text at_ms",
    "data.model.discipline_requests.EndIncident": "id note",
    "data.model.discipline_requests.ReviewIncident": "id avoidable worked change",
    "data.model.discipline_requests.WriteHandover": "shift note",
    "data.model.discipline_requests.AcknowledgeHandover": "id note",
    "data.model.discipline_requests.SetRoster": "lines",
    "data.model.discipline_seen.Duty": "agent_id agent shift since_ms until_ms seat breaks",
    "data.model.discipline_seen.AttendanceRow": (
        "duty presence first_ms late_ms left_early_ms adherent_ms scheduled_ms worked_ms to_work_ms "
        "measured_ms signed_in_ms"
    ),
    "data.model.discipline_seen.TeamScore": (
        "name findings positive deducted added score passed checks passed_checks by_day"
    ),
    "data.model.discipline_seen.RuleCount": "rule en zh n points share cumulated",
    "data.model.discipline_seen.Scores": "since_ms until_ms teams zones areas pareto unit",
    "data.model.discipline_seen.DisciplineSeen": (
        "closed scores attendance handover incident_kinds areas rules names shifts"
    ),
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
        "unpause_agent sign_out_agent end_wrap_up move_agent listen_in stop_listening_in erase_agent "
        "start_round mark_place end_round raise_finding change_finding close_finding note_incident "
        "add_to_incident end_incident review_incident write_handover acknowledge_handover set_roster"
    ),
    "export": (
        "person names states queues_served calls rings_missed flags flag_changes moods coaching "
        "break_decisions listening findings finding_changes checks duties own_usual quarter_hours audit "
        "mentions computed"
    ),
    "data.model.discipline.Where": "seat agent zone floor",
    "data.model.discipline.Prefill": "late_sign_in break_overrun wrap_up_over no_reason idle_while_waiting",
    "data.model.discipline.Closing": "corrected withdrawn",
    "data.model.discipline.Entry": "measure told note",
    "data.model.discipline.Avoidable": "yes no unsure",
    "data.model.discipline.Worked": "yes partly no",
}
"""What a state, a flag, a step, a part of the load, an act can be; the sections of an export."""
