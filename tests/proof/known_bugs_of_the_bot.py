"""Bugs that the bot must not have, each with the tests that notice it. See `mutants`."""

from __future__ import annotations

from tests.proof.known_bugs import Bug

_GUARDS = "tests/bot/test_guards.py"
_BUTTONS = "tests/journeys/test_buttons.py"

BUGS = (
    Bug(
        "what may pay",
        "a forwarded message pays",
        "bot/guards.py",
        (("~filters.FORWARDED & ", ""),),
        f"{_GUARDS}::test_what_is_not_by_a_person_in_private_is_not_fresh",
    ),
    Bug(
        "what may pay",
        "an edited message pays",
        "bot/guards.py",
        (
            (
                "filters.UpdateType.MESSAGE & _their_own",
                "(filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE) & _their_own",
            ),
        ),
        f"{_GUARDS}::test_only_a_new_message_is_fresh",
    ),
    Bug(
        "what may pay",
        "a message through another bot pays",
        "bot/guards.py",
        (("~filters.VIA_BOT & ", ""),),
        f"{_GUARDS}::test_what_is_not_by_a_person_in_private_is_not_fresh",
    ),
    Bug(
        "what may pay",
        "a message sent by schedule pays",
        "bot/guards.py",
        (("~filters.IS_FROM_OFFLINE & ", ""),),
        f"{_GUARDS}::test_what_is_not_by_a_person_in_private_is_not_fresh",
    ),
    Bug(
        "what may pay",
        "a channel in somebody's name is obeyed",
        "bot/guards.py",
        (("~filters.SenderChat.ALL & ", ""),),
        f"{_GUARDS}::test_what_is_not_by_a_person_in_private_is_not_fresh",
    ),
    Bug(
        "what may pay",
        "a guest's edited message pays",
        "bot/guards.py",
        (("    & _NeverEdited()\n", ""),),
        f"{_GUARDS}::test_a_guest_calls_in_their_own_words_or_not_at_all",
    ),
    Bug(
        "what may pay",
        "a business bot in somebody's name is obeyed",
        "bot/guards.py",
        (("message.sender_business_bot is not None or ", ""),),
        f"{_GUARDS}::test_what_is_not_by_a_person_in_private_is_not_fresh",
    ),
    Bug(
        "what may pay",
        "a question pays",
        "bot/phrases.py",
        (("if _QUESTION.search(text):", "if False:"),),
        "tests/bot/test_phrases.py::test_what_is_no_instruction_starts_nothing",
    ),
    Bug(
        "what may pay",
        "of two amounts the first is paid",
        "bot/contradictions.py",
        (
            ("self._is_corrected(opening, marked=marked):", "False:"),
            ("if self._has_second_amount(opening, marked=marked) or", "if"),
        ),
        "tests/bot/test_phrases.py::test_a_contradiction_is_reported_not_resolved",
    ),
    Bug(
        "buttons",
        "another person's button is accepted",
        "bot/conversation.py",
        ((", models.Card.user_id == user_id, models.Card.chat_id == chat_id\n        )", "\n        )"),),
        f"{_BUTTONS}::test_somebody_elses_press_does_nothing",
    ),
    Bug(
        "buttons",
        "another person's key is pressed",
        "bot/keypad.py",
        (("if keypad is not None and keypad.user_id == user_id else None", "if keypad is not None else None"),),
        "tests/bot/test_keypad.py::test_a_key_works_for_its_person_only",
    ),
    Bug(
        "buttons",
        "a full pad can be taken twice",
        "bot/keypad.py",
        (("self._digits.clear()", "pass"),),
        "tests/bot/test_keypad.py::test_six_digits_fill_the_pad_and_are_taken_once",
    ),
    Bug(
        "buttons",
        "an update that is handled again asks for another payment",
        "bot/turn.py",
        (("f\"update {self.update.update_id} {self.message.date if self.message else ''}\"", 'f"update {id(self)}"'),),
        f"{_BUTTONS}::test_an_update_that_is_handled_again_shows_the_same_payment",
    ),
    Bug(
        "names and amounts",
        "1,234 is guessed",
        "bot/amounts.py",
        (("return Amount(minors[0]) if len(minors) == 1 else Ambiguous(tuple(minors))", "return Amount(minors[-1])"),),
        "tests/bot/test_amounts.py::test_one_mark_and_three_digits_is_always_a_question",
    ),
    Bug(
        "names and amounts",
        "amounts are floats on their way",
        "bot/amounts.py",
        (
            (
                'sorted(int(each or "0") for each in digits)',
                'sorted({int(float(f"{a or 0}.{b or 0}") * 10**exponent) for a, b in readings})',
            ),
        ),
        "tests/bot/test_amounts.py::test_an_amount_written_in_any_style_comes_back",
    ),
    Bug(
        "names and amounts",
        "an amount beyond 2⁵³ is accepted",
        "bot/amounts.py",
        (('int(each or "0") > MAX_MINOR for each', 'int(each or "0") > 2 * MAX_MINOR for each'),),
        "tests/bot/test_amounts.py::test_one_unit_beyond_the_largest_is_refused",
    ),
    Bug(
        "what others see",
        "what only the payer saw is written anew for the whole group",
        "bot/places.py",
        ((" if card.is_ephemeral else card\n", " if card.facts else card\n"),),
        "tests/journeys/test_ephemeral_keypads.py::test_a_card_that_is_gone_is_shown_in_private",
    ),
    Bug(
        "what others see",
        "a server that cannot whisper is told to",
        "bot/ephemeral.py",
        (("if not await self._is_known(chat_id, user_id):", "if not user_id:"),),
        "tests/journeys/test_ephemeral_keypads.py::test_an_older_server_is_asked_once_and_never_tells_the_group",
    ),
    Bug(
        "names and amounts",
        "direction marks stay in names",
        "bot/names.py",
        (('{"Cc", "Cf", "Cs", "Zl", "Zp"}', '{"Cc", "Cs", "Zl", "Zp"}'),),
        "tests/bot/test_names.py::test_clean_removes_what_is_not_seen",
    ),
    Bug(
        "names and amounts",
        "look-alike names are not compared",
        "bot/names.py",
        (("return bool(skeleton(a)) and skeleton(a) == skeleton(b)", "return a == b"),),
        "tests/bot/test_names.py::test_look_alikes_are_found",
    ),
    Bug(
        "names and amounts",
        "markup in a name is obeyed",
        "bot/text.py",
        (("html.escape(isolate(plain(value)), quote=False)", "isolate(plain(value))"),),
        "tests/bot/test_text.py::test_arguments_are_escaped_and_isolated",
    ),
    Bug(
        "names and amounts",
        "a remembered username is believed",
        "bot/payees.py",
        (('(chat.username or "").lower() == username.lower()', "chat.id"),),
        "tests/journeys/test_identity.py::test_a_username_that_moved_on_is_unknown_until_its_new_owner_is_seen",
    ),
    Bug(
        "inbox and webhook",
        "updates are acknowledged before they are stored",
        "bot/intake.py",
        (("await self._receive(*updates)", "asyncio.ensure_future(self._receive(*updates))"),),
        "tests/bot/test_intake.py::test_what_was_not_stored_is_not_acknowledged",
    ),
    Bug(
        "inbox and webhook",
        "a webhook's secret is compared by prefix",
        "bot/webhook.py",
        (
            (
                'hmac.compare_digest(request.headers.get(HEADER, "").encode(), secret.encode())',
                'secret.startswith(request.headers.get(HEADER, ""))',
            ),
        ),
        "tests/bot/test_webhook.py::test_without_the_secret_nothing_is_stored",
    ),
    Bug(
        "inbox and webhook",
        "a PIN is left in the inbox",
        "bot/inbox_table.py",
        (("redact(original), original)", "original, original)"),),
        "tests/bot/test_inbox.py::test_a_pin_never_reaches_the_table",
    ),
    Bug(
        "inbox and webhook",
        "an update is handled each time it comes",
        "bot/inbox_table.py",
        (("DO NOTHING", "DO UPDATE SET handled_at = NULL, payload = EXCLUDED.payload"),),
        "tests/bot/test_inbox.py::test_a_repeated_update_changes_nothing",
    ),
    Bug(
        "inbox and webhook",
        "the token is logged with every request",
        "bot/logs.py",
        (('("httpx", "httpcore", "telegram"', '("telegram"'),),
        "tests/bot/test_logs.py::test_http_requests_are_not_logged",
    ),
    Bug(
        "inbox and webhook",
        "secrets in arguments are logged",
        "bot/logs.py",
        (("line = line.replace(secret, REDACTED)", "line = line if record.args else line.replace(secret, REDACTED)"),),
        "tests/bot/test_logs.py::test_messages_and_arguments_are_redacted",
    ),
    Bug(
        "the courier",
        "a notice is marked before it is told",
        "bot/courier.py",
        (
            (
                "await self._record(notice, await self._failure(notice))",
                "await self._record(notice, None); await self._failure(notice)",
            ),
        ),
        "tests/bot/test_courier.py::test_each_failure_has_its_wait",
    ),
    Bug(
        "the courier",
        "who blocked the bot is told for ever",
        "bot/courier.py",
        (("if isinstance(error, Forbidden):", "if False:"),),
        "tests/bot/test_courier.py::test_each_failure_has_its_wait",
    ),
    Bug(
        "the courier",
        "a receipt whose edit failed counts as shown",
        "bot/journeys/pay.py",
        (
            (
                'log.warning("the courier will bring receipt %s: %s", receipt.reference, type(error).__name__)',
                "await turn.context.wallet.notice_delivered(receipt.notice_id)",
            ),
        ),
        "tests/journeys/test_notices.py::test_the_receipt_comes_by_courier_if_the_edit_failed",
    ),
    Bug(
        "the courier",
        "Telegram's “retry after” is not waited for",
        "bot/outgoing.py",
        (("self._pause(chat, wait_asked(refusal).total_seconds())", "self._pause(chat, 0)"),),
        "tests/bot/test_outgoing.py::test_retry_after_pauses_that_chat_alone",
    ),
    Bug(
        "the courier",
        "who lets the bot in again is not told what was refused a moment ago",
        "wallet/notices.py",
        ((".where(notice.id == notice_id, notice.attempts == attempt)", ".where(notice.id == notice_id)"),),
        "tests/wallet/test_notices.py::test_who_lets_us_in_while_a_notice_is_given_up_hears_it",
    ),
    Bug(
        "cards",
        "a card of which nobody knows where it is shown counts as looked at",
        "bot/conversation.py",
        (
            (
                "select(models.Card).where(when <= self._clock(), is_shown)",
                "select(models.Card).where(when <= self._clock())",
            ),
        ),
        "tests/journeys/test_expiry.py::test_a_card_is_set_right_when_its_message_is_known",
    ),
    Bug(
        "cards",
        "a card asked for again while it is closed stays open for good",
        "bot/conversation.py",
        (
            (
                "self._change(card, *same, look_again_at=again_at)",
                "self._change(card, look_again_at=again_at)",
            ),
        ),
        "tests/journeys/test_expiry.py::test_a_card_asked_for_again_meanwhile_is_looked_at_again",
    ),
    Bug(
        "cards",
        "the number that a card had in a group that has moved is kept",
        "bot/conversation.py",
        (
            (
                "self._change(card, models.Card.chat_id == card.chat_id, message_id=message_id)",
                "self._change(card, message_id=message_id)",
            ),
        ),
        "tests/journeys/test_groups.py::test_a_card_sent_while_its_group_moved_is_the_one_in_the_supergroup",
    ),
    Bug(
        "what may pay",
        "an answer to nobody, in a topic, pays whoever opened the topic",
        "bot/journeys/instruction.py",
        (("answered is None or answered.forum_topic_created is not None or", "answered is None or"),),
        "tests/journeys/test_odd_words_in_groups.py::test_whoever_opened_a_topic_is_not_answered_by_all_that_is_said_in_it",
    ),
    Bug(
        "what may pay",
        "a newer card leaves the keypad above it open",
        "bot/journeys/pay.py",
        (
            (
                "await pads.close_payment(turn.context, turn.person)\n    card = await own_card",
                "card = await own_card",
            ),
        ),
        "tests/journeys/test_typed_pin.py::test_a_pin_typed_below_a_newer_card_does_not_pay_the_older_one",
    ),
    Bug(
        "what may pay",
        "a keypad is opened beside another",
        "bot/journeys/pads.py",
        (
            (
                "        await _close(context, person, keypad)\n    return",
                "        pass\n    return",
            ),
        ),
        "tests/journeys/test_typed_pin.py::test_a_typed_pin_pays_the_card_whose_keypad_was_opened_last_and_no_other_shows_one",
    ),
    Bug(
        "what may pay",
        "whoever is answered is paid, also where the words name another",
        "bot/phrases.py",
        (
            (
                "elif self.known is not None and not self._points_at_a_name():",
                "elif self.known is not None:",
            ),
        ),
        "tests/bot/test_phrases.py::test_a_known_payee_stands_unless_the_words_name_another",
    ),
    Bug(
        "inbox and webhook",
        "what Telegram has wait counts as failing",
        "bot/inbox.py",
        (
            (
                "if isinstance(error, RetryAfter) and self._clock()",
                "if isinstance(error, RuntimeError) and self._clock()",
            ),
        ),
        "tests/journeys/test_faults.py::test_nobody_is_left_without_an_answer_because_telegram_had_us_wait",
    ),
    Bug(
        "buttons",
        "a typed PIN that is handled again is taken for what its keypad led to",
        "bot/journeys/keys.py",
        (("keypad.taken_from = turn.update.update_id", "pass"),),
        "tests/journeys/test_typed_pin.py::test_a_first_pin_is_never_taken_for_its_own_repetition",
    ),
    Bug(
        "names and amounts",
        "fifty cents are fifty euros",
        "bot/tokens.py",
        (("behind = units.length(self._words_in_one_go(found[1]))", "behind = 0"),),
        "tests/bot/test_units.py::test_a_number_that_is_made_another_is_refused",
    ),
    Bug(
        "names and amounts",
        "somebody is @ben because they say so in their name",
        "bot/names.py",
        (("_without_usernames(_harmless(name))", "_harmless(name)"),),
        "tests/bot/test_names.py::test_nobody_has_a_username_by_their_name",
    ),
    Bug(
        "what others see",
        "a group's card follows a message that somebody made up",
        "bot/journeys/public.py",
        (("if card.chat_id != NOWHERE:", "if not card.chat_id:"),),
        "tests/journeys/test_inline.py::test_a_groups_card_is_not_taken_from_its_message",
    ),
    Bug(
        "what others see",
        "whoever paid waits for a group that Telegram holds back",
        "bot/places.py",
        (
            (
                '    except TelegramError as error:\n        log.info("card %s is changed later',
                '    except BadRequest as error:\n        log.info("card %s is changed later',
            ),
        ),
        "tests/journeys/test_groups.py::test_a_group_that_telegram_holds_back_holds_up_nobody_who_paid_in_it",
    ),
)
