"""The table of contents: every handler, once, in order. The first that fits an update answers it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from telegram import BotCommand, BotCommandScopeAllGroupChats, MenuButtonCommands, Update
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    ChosenInlineResultHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot import cards, group_cards, hold_cards, messages, refusals, request_cards, split_cards
from bot.guards import addressed, asking, fresh, fresh_as_guest, fresh_in_group, private, six_digits, struck
from bot.journeys import (
    answer,
    balance,
    business,
    cancel,
    choices,
    claim,
    contacts,
    findable,
    group,
    group_requests,
    guest,
    help,  # noqa: A004 - the command's own name
    history,
    inline,
    inline_requests,
    keys,
    me,
    membership,
    pay,
    pins,
    request,
    settle,
    shared,
    split,
    start,
    take_back,
    unfit,
    verify,
    words,
)
from bot.text import FALLBACK, Speaker, languages
from bot.turn import Turn
from wallet import WalletError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bot.context import Context
    from bot.turn import Journey

    Handle = Callable[[Update], Awaitable[None]]
    Handler = BaseHandler[Update, Any, Any]

log = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
    "guest_message",
)
_IN_GROUPS: Final = ("pay", "send", "request", "split", "settle")
"""The commands that do something in a group."""
_CARD: Final = r":[\w-]{22}$"


def handlers(context: Context) -> list[Handler]:
    """Every handler, in order."""

    def anybody(journey: Journey) -> Any:
        return _answering(context, journey, members_only=False)

    def member(journey: Journey) -> Any:
        return _answering(context, journey, members_only=True)

    return [
        # A typed PIN goes first, so that no other journey ever sees one.
        CommandHandler("pin", member(pins.change), fresh),
        MessageHandler(private & six_digits, anybody(keys.typed)),
        MessageHandler(private & ~fresh, anybody(unfit.explain)),
        # What came just before a restart, and was not kept whole
        MessageHandler(fresh & struck, anybody(unfit.interrupted)),
        CommandHandler(_IN_GROUPS, anybody(unfit.interrupted), fresh_in_group & struck),
        MessageHandler((fresh_in_group | fresh_as_guest) & addressed & struck, anybody(unfit.interrupted)),
        # Commands
        CommandHandler("start", anybody(start.start), fresh),
        CommandHandler("help", anybody(help.show), fresh),
        CommandHandler("balance", member(balance.show), fresh),
        CommandHandler(["send", "pay", "request"], member(words.read), fresh),
        CommandHandler("requests", member(request.show_open), fresh),
        CommandHandler(["split", "settle"], anybody(split.in_private), fresh),
        CommandHandler("history", member(history.show), fresh),
        CommandHandler("verify", member(verify.check), fresh),
        CommandHandler("business", member(business.show), fresh),
        CommandHandler("me", member(me.show), fresh),
        CommandHandler("contacts", member(contacts.show), fresh),
        CommandHandler("privacy", member(findable.show), fresh),
        CommandHandler("cancel", member(cancel.cancel), fresh),
        MessageHandler(fresh & filters.COMMAND, anybody(help.unknown_command)),
        # In groups: paying, and the way to all the rest
        CommandHandler(["pay", "send"], anybody(group.instructed), fresh_in_group),
        CommandHandler("request", anybody(group_requests.instructed), fresh_in_group),
        MessageHandler(fresh_in_group & asking, anybody(group_requests.instructed)),
        MessageHandler(fresh_in_group & addressed, anybody(group.instructed)),
        CommandHandler("pin", anybody(group.pin), fresh_in_group),
        CommandHandler("split", anybody(split.instructed), fresh_in_group),
        CommandHandler("settle", anybody(settle.proposed), fresh_in_group),
        CommandHandler(list(help.commands(Speaker())), anybody(group.elsewhere), fresh_in_group),
        MessageHandler(filters.StatusUpdate.MIGRATE, anybody(group.migrated)),
        # Words, and contacts picked from the list
        MessageHandler(fresh & filters.StatusUpdate.USERS_SHARED, member(choices.contact)),
        MessageHandler(fresh & filters.CONTACT, member(shared.received)),
        MessageHandler(fresh & filters.TEXT, member(words.read)),
        MessageHandler(fresh & ~filters.StatusUpdate.ALL, anybody(words.without)),
        # Buttons. A press without data goes to the first of them, whatever its pattern.
        CallbackQueryHandler(anybody(unfit.unknown_button), "^$"),
        CallbackQueryHandler(anybody(keys.press), r"^k:"),
        CallbackQueryHandler(member(pay.open_keypad), f"^{cards.CONFIRM}{_CARD}"),
        CallbackQueryHandler(member(pay.cancel), f"^{cards.CANCEL_PAYMENT}{_CARD}"),
        CallbackQueryHandler(member(pay.ask_again), f"^{cards.ASK_AGAIN}{_CARD}"),
        CallbackQueryHandler(member(take_back.pressed), f"^{hold_cards.TAKE_BACK}{_CARD}"),
        CallbackQueryHandler(anybody(group.confirm), f"^{group_cards.CONFIRM}{_CARD}"),
        CallbackQueryHandler(anybody(group.cancel), f"^{group_cards.CANCEL}{_CARD}"),
        CallbackQueryHandler(anybody(inline.its_me), f"^{group_cards.ITS_ME}{_CARD}"),
        CallbackQueryHandler(member(answer.pay_it), f"^{request_cards.PAY}{_CARD}"),
        CallbackQueryHandler(member(answer.decline), f"^{request_cards.DECLINE}{_CARD}"),
        CallbackQueryHandler(member(answer.block), f"^{request_cards.BLOCK}{_CARD}"),
        CallbackQueryHandler(member(request.cancel), f"^{request_cards.CANCEL}{_CARD}"),
        CallbackQueryHandler(member(request.remind), f"^{request_cards.REMIND}{_CARD}"),
        CallbackQueryHandler(member(request.chosen), rf"^asked[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(anybody(group_requests.pay), f"^{request_cards.PAY_IN_GROUP}{_CARD}"),
        CallbackQueryHandler(anybody(group_requests.cancel), f"^{request_cards.CANCEL_IN_GROUP}{_CARD}"),
        CallbackQueryHandler(anybody(inline_requests.pay), f"^{request_cards.I_PAY}{_CARD}"),
        CallbackQueryHandler(anybody(split.join), f"^{split_cards.JOIN}{_CARD}"),
        CallbackQueryHandler(anybody(split.leave), f"^{split_cards.LEAVE}{_CARD}"),
        CallbackQueryHandler(anybody(split.ask), f"^{split_cards.ASK}{_CARD}"),
        CallbackQueryHandler(anybody(split.pay), f"^{split_cards.PAY}{_CARD}"),
        CallbackQueryHandler(anybody(split.remind), f"^{split_cards.REMIND}{_CARD}"),
        CallbackQueryHandler(anybody(split.close), f"^{split_cards.CLOSE}{_CARD}"),
        CallbackQueryHandler(anybody(settle.agree), f"^{split_cards.AGREE}{_CARD}"),
        CallbackQueryHandler(anybody(settle.refuse), f"^{split_cards.REFUSE}{_CARD}"),
        CallbackQueryHandler(anybody(settle.pay), f"^{split_cards.PAY_NET}{_CARD}"),
        CallbackQueryHandler(member(claim.accept), f"^{hold_cards.ACCEPT}{_CARD}"),
        CallbackQueryHandler(member(claim.refuse), f"^{hold_cards.REFUSE}{_CARD}"),
        CallbackQueryHandler(member(choices.payee), rf"^payee[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(choices.amount), rf"^amount[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(choices.no_note), rf"^note[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(history.turn_page), f"^(older|newer){_CARD}"),
        CallbackQueryHandler(member(history.switch), rf"^account[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(business.another), f"^another{_CARD}"),
        CallbackQueryHandler(member(business.answered), f"^(openbusiness|nobusiness){_CARD}"),
        CallbackQueryHandler(member(me.chosen), rf"^me[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(me.change_amount), f"^mechange{_CARD}"),
        CallbackQueryHandler(member(me.any_amount), f"^meany{_CARD}"),
        CallbackQueryHandler(member(contacts.choose), rf"^contact[0-9]{{1,2}}{_CARD}"),
        CallbackQueryHandler(member(contacts.turn_page), f"^(nearer|further){_CARD}"),
        CallbackQueryHandler(member(contacts.act), f"^({'|'.join(contacts.OPERATIONS)}){_CARD}"),
        CallbackQueryHandler(member(shared.answered), f"^(isthem|notthem){_CARD}"),
        CallbackQueryHandler(member(findable.show), f"^findme{_CARD}"),
        CallbackQueryHandler(member(findable.change), f"^(beseen|behid|beasked|bespared){_CARD}"),
        CallbackQueryHandler(anybody(unfit.unknown_button)),
        # In chats that the bot is not in
        MessageHandler(fresh_as_guest & addressed, anybody(guest.called)),
        InlineQueryHandler(anybody(inline.asked)),
        ChosenInlineResultHandler(anybody(inline.sent)),
        # Blocked, or let in again
        ChatMemberHandler(anybody(membership.changed), ChatMemberHandler.MY_CHAT_MEMBER),
    ]


def build(context: Context) -> Handle:
    """Return what handles one update. It raises when the update was not handled and may be handled again."""
    application = Application.builder().bot(context.bot).updater(None).build()
    table = handlers(context)

    async def handle(update: Update) -> None:
        if update.effective_user is None:  # by nobody, so there is nobody to answer
            return
        # Not `process_update`: it keeps exceptions from its caller, and the inbox must see them.
        for handler, found in _fitting(table, update):
            await handler.handle_update(update, application, found, CallbackContext.from_update(update, application))
            return

    return handle


def _fitting(table: list[Handler], update: Update) -> Iterator[tuple[Handler, Any]]:
    for handler in table:
        found = handler.check_update(update)
        if found is not None and found is not False:
            yield handler, found


async def apologise(context: Context, update: Update) -> None:
    """Tell a person that what they asked for could not be done. Of what Telegram says it raises RetryAfter alone."""
    if update.effective_user is None:
        return
    turn = await Turn.of(context, update)
    try:
        if fresh_in_group.check_update(update):
            if turn.text and any(_fitting(handlers(context), update)):  # else they talk to others
                try:
                    await unfit.failed_in_group(turn)
                except (BadRequest, Forbidden):
                    await unfit.silenced(turn)
        elif update.callback_query or (update.effective_chat and turn.chat_id == turn.user.id):
            await unfit.failed(turn)
    except RetryAfter:
        raise
    except TelegramError as error:
        log.warning("an apology did not arrive: %s", type(error).__name__)


async def introduce(context: Context) -> None:
    """Tell Telegram our commands and our purpose, in every language. Cosmetic: a failure is only logged."""
    for language in languages():
        speaker = Speaker(language)
        code = "" if language == FALLBACK else language
        try:
            await context.bot.set_my_commands(
                [BotCommand(name, text) for name, text in help.commands(speaker).items()], language_code=code
            )
            await context.bot.set_my_commands(
                [
                    BotCommand("pay", speaker.label("Pay somebody here")),
                    BotCommand("request", speaker.label("Ask somebody here for money")),
                    BotCommand("split", speaker.label("Split a cost among people here")),
                    BotCommand("settle", speaker.label("Settle up with the fewest payments")),
                ],
                scope=BotCommandScopeAllGroupChats(),
                language_code=code,
            )
            await context.bot.set_my_description(help.description(speaker), language_code=code)
            await context.bot.set_my_short_description(help.short_description(speaker), language_code=code)
        except TelegramError as error:
            log.warning("Telegram did not take our introduction (%s): %s", language, type(error).__name__)
    try:
        await context.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    except TelegramError as error:
        log.warning("Telegram did not take our menu: %s", type(error).__name__)


def _answering(context: Context, journey: Journey, *, members_only: bool) -> Any:
    """Return the journey as a PTB callback: a refusal becomes a sentence, and every button press is answered."""

    async def callback(update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        turn = await Turn.of(context, update)
        try:
            if members_only and turn.known is None:
                await start.ask_to_start(turn)
            else:
                await _or_refusal(journey, turn)
        except (BadRequest, Forbidden) as refusal:
            if fresh_in_group.check_update(update) and messages.is_silenced(refusal):
                await unfit.silenced(turn)
            elif isinstance(refusal, BadRequest):
                raise
            elif turn.chat_id == turn.user.id:  # blocked in the meantime: there is nobody to answer
                await context.people.set_reachable(turn.user.id, reachable=False)
                return
        await turn.toast()

    return callback


async def _or_refusal(journey: Journey, turn: Turn) -> None:
    """Go on the journey; a refusal is told to the person alone, because there may be a balance in it."""
    try:
        await journey(turn)
    except WalletError as refusal:
        await turn.in_private.say(refusals.sentence(turn.speaker, refusal))
