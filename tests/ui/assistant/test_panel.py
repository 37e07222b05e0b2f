"""Writing from the panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.compose.brief import NOTES_LIMIT, Brief, Length, Tone
from app.compose.events import Died, Failed, Preparing, Stopped
from app.drafts.provenance import Generation
from app.errors import CardFull, ModelError, UserError
from tests.helpers.assistant import cards, column, editor, main_button, said, texts
from tests.helpers.silent_bridge import READY, SilentBridge, variant
from tests.helpers.window import button
from ui.assistant.panel import AssistantPanel
from ui.assistant.preferences import Preferences

FOUR = tuple(variant(f"Draft number {number}.") for number in range(1, 5))


def test_writes_what_the_notes_and_the_pills_say(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.preferences = Preferences(Tone.DRY, Length.SHORT, 3)
    ready.write()
    assert bridge.briefs == [Brief(ready.notes(), Tone.DRY, Length.SHORT, count=3)]


def test_a_write_before_the_model_is_loaded_runs_when_it_is(
    panel: AssistantPanel, bridge: SilentBridge
) -> None:
    panel.write()
    assert bridge.briefs == []
    bridge.ready.emit(READY)
    assert len(bridge.briefs) == 1


def test_stop_gives_up_a_write_that_waits_for_the_model(
    panel: AssistantPanel, bridge: SilentBridge
) -> None:
    panel.write()
    panel.stop()
    bridge.ready.emit(READY)
    assert bridge.briefs == []


def test_empty_notes_name_what_the_button_needs(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.set_notes("  \n")
    assert main_button(ready).text() == "Add a few facts to write from"
    assert not main_button(ready).isEnabled()
    ready.write()
    assert bridge.briefs == []


def test_notes_over_the_limit_are_kept_and_said_to_be_too_long(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    notes = "a" * (NOTES_LIMIT + 1)
    ready.set_notes(notes)
    assert "10,001 characters" in said(ready)
    ready.write()
    assert bridge.briefs == []
    assert ready.notes() == notes


def test_previews_grow_in_their_cards(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.come("The council", "3 Feb")
    bridge.come("The council votes", "3 February")
    assert texts(ready) == ["The council votes", "3 February", "", ""]


def test_rows_beyond_the_count_are_not_shown(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.preferences = Preferences(count=2)
    ready.write()
    bridge.come("one", "two", "three", "four")
    assert texts(ready) == ["one", "two"]


def test_previews_of_another_run_are_not_shown(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.finish(*FOUR)
    ready.write()
    bridge.briefs.pop()
    bridge.come("late")
    assert texts(ready) == ["", "", "", ""]


def test_finished_drafts_stand_in_ranked_order(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.come("b", "a")
    bridge.finish(variant("Best."), variant("Second."))
    assert texts(ready) == ["Best.", "Second."]


def test_use_hands_out_the_text_of_that_number(
    ready: AssistantPanel, bridge: SilentBridge, qtbot: QtBot
) -> None:
    ready.write()
    bridge.finish(*FOUR)
    with qtbot.waitSignal(ready.use_requested) as used:
        ready.use(2)
    assert used.args == [Generation("smollm2", ready.notes(), "Draft number 2.")]


def test_a_draft_being_written_cannot_be_used(
    ready: AssistantPanel, bridge: SilentBridge, qtbot: QtBot
) -> None:
    ready.write()
    bridge.come("half a")
    with qtbot.assertNotEmitted(ready.use_requested):
        ready.use(1)


def test_the_button_stops_while_writing(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    assert (main_button(ready).text(), main_button(ready).keys) == ("Stop", "Esc")
    main_button(ready).click()
    assert bridge.asked[-1] == "stop"


def test_a_stopped_run_brings_the_earlier_drafts_back(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.write()
    bridge.finish(*FOUR)
    ready.write()
    bridge.come("half a")
    bridge.stopped.emit(Stopped(2))
    assert texts(ready) == [draft.text for draft in FOUR]
    assert "Stopped" in said(ready)


def test_a_stopped_first_run_leaves_no_cards(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.come("half a")
    bridge.stopped.emit(Stopped(1))
    assert texts(ready) == []


def test_other_notes_take_the_drafts_away(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.finish(*FOUR)
    ready.set_notes("Something else happened.")
    assert texts(ready) == []


def test_a_run_from_other_notes_brings_nothing(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    ready.set_notes("Something else happened.")
    bridge.come("late")
    bridge.finish(*FOUR)
    assert bridge.asked[-1] == "stop"
    assert texts(ready) == []


def test_a_failed_run_says_why_and_can_be_run_again(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.write()
    bridge.failed.emit(Failed(1, UserError("Memory ran out.", "Close other programs.")))
    assert "Memory ran out. Nothing you wrote is lost. Close other programs." in said(ready)
    button(ready, "Write again").click()
    assert len(bridge.briefs) == 2


def test_what_a_full_graphics_card_could_not_do_the_cpu_is_offered_for(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.write()
    bridge.failed.emit(Failed(1, CardFull("The card is full.", "Have the CPU write.")))
    button(ready, "Write on the CPU").click()
    assert bridge.asked[-1] == "use cpu"
    bridge.ready.emit(READY)
    assert bridge.briefs == [bridge.briefs[0]] * 2


def test_a_run_without_a_fit_draft_says_so(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.write()
    bridge.finish()
    assert "No draft kept to these notes." in said(ready)


def test_a_dead_writer_is_said_and_started_again(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    bridge.died.emit(Died(UserError("The writer stopped.", "Start it again.")))
    assert "The writer stopped." in said(ready)
    button(ready, "Start again").click()
    assert bridge.asked == ["start"]


def test_a_broken_model_is_prepared_again(ready: AssistantPanel, bridge: SilentBridge) -> None:
    bridge.model = True
    bridge.failed.emit(Failed(None, ModelError("The model is cut.", "Prepare it again.")))
    assert not main_button(ready).isEnabled()
    button(ready, "Prepare again").click()
    assert bridge.asked == ["prepare"]


def test_a_missing_model_is_offered_to_be_prepared(
    panel: AssistantPanel, bridge: SilentBridge
) -> None:
    bridge.failed.emit(Failed(None, ModelError("There is none.", "Prepare it.")))
    button(panel, "Prepare the built-in model").click()
    assert bridge.asked == ["prepare"]


@pytest.fixture
def preparing(panel: AssistantPanel, bridge: SilentBridge) -> AssistantPanel:
    bridge.failed.emit(Failed(None, ModelError("There is none.", "Prepare it.")))
    button(panel, "Prepare the built-in model").click()
    bridge.preparing.emit(Preparing("Rounding to 8 bits", 0.4, 48.0))
    return panel


def test_preparing_shows_the_step_and_the_time_left(preparing: AssistantPanel) -> None:
    assert "Rounding to 8 bits | about 50 seconds left" in said(preparing)


def test_preparing_can_be_cancelled(preparing: AssistantPanel, bridge: SilentBridge) -> None:
    button(preparing, "Cancel").click()
    assert bridge.asked[-1] == "cancel preparing"
    bridge.stopped.emit(Stopped(0))
    assert button(preparing, "Prepare the built-in model")


def test_failed_preparing_says_why_and_offers_it_again(
    preparing: AssistantPanel, bridge: SilentBridge
) -> None:
    bridge.failed.emit(Failed(None, ModelError("The weights are missing.", "Install them.")))
    assert "The weights are missing. Install them." in said(preparing)
    assert button(preparing, "Prepare it again")


def test_picking_a_tone_tells_and_warms_the_model_up(
    ready: AssistantPanel, bridge: SilentBridge, qtbot: QtBot
) -> None:
    pill = next(b for b in ready.findChildren(QPushButton) if b.text().startswith("Plain"))
    with qtbot.waitSignal(ready.preferences_changed):
        pill.menu().actions()[1].trigger()
    assert ready.preferences.tone is Tone.WARM
    assert bridge.asked == ["warm up warm"]


def test_setting_notes_and_preferences_tells_nobody(ready: AssistantPanel, qtbot: QtBot) -> None:
    with (
        qtbot.assertNotEmitted(ready.notes_changed),
        qtbot.assertNotEmitted(ready.preferences_changed),
    ):
        ready.set_notes("Other notes")
        ready.preferences = Preferences(Tone.DRY)


def test_typed_notes_are_told(ready: AssistantPanel, qtbot: QtBot) -> None:
    ready.set_notes("")
    with qtbot.waitSignal(ready.notes_changed) as told:
        QTest.keyClicks(editor(ready), "M")
    assert told.args == ["M"]


def test_the_first_draft_is_the_one_return_uses_after_waiting_for_it(
    ready: AssistantPanel, bridge: SilentBridge, qtbot: QtBot
) -> None:
    ready.focus_notes()
    ready.write()
    bridge.finish(*FOUR)
    qtbot.waitUntil(cards(ready)[0].hasFocus)
    with qtbot.waitSignal(ready.use_requested) as used:
        QTest.keyClick(cards(ready)[0], Qt.Key.Key_Return)
    assert used.args == [Generation("smollm2", ready.notes(), "Draft number 1.")]


def test_the_focus_stays_with_who_types_on(ready: AssistantPanel, bridge: SilentBridge) -> None:
    ready.focus_notes()
    ready.write()
    QTest.keyClicks(editor(ready), "more")
    bridge.finish(*FOUR)
    assert editor(ready).hasFocus()


def test_what_is_typed_on_a_card_lands_in_the_notes(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    ready.set_notes("")
    QTest.keyClicks(editor(ready), "a")
    ready.write()
    bridge.finish(*FOUR)
    cards(ready)[0].setFocus()
    QTest.keyClicks(cards(ready)[0], "b")
    assert sorted(ready.notes()) == ["a", "b"]


def test_escape_and_other_keys_of_a_card_change_no_notes(
    ready: AssistantPanel, bridge: SilentBridge
) -> None:
    before = ready.notes()
    ready.write()
    bridge.finish(*FOUR)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Backspace):
        QTest.keyClick(column(ready).cards[0], key)
    assert ready.notes() == before
