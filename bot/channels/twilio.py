"""SMS and WhatsApp through Twilio (Programmable Messaging webhooks, Message and Content resources)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Optional
from urllib.parse import parse_qsl

import aiohttp
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse
from twilio.request_validator import RequestValidator

from bot.channels.capabilities import SMS, WHATSAPP, Capabilities
from bot.channels.delivery import Api, DeliveryError, Patience
from bot.channels.formatting import Outgoing, format_turn
from bot.channels.location import spoken_place
from bot.channels.platform import MAX_ID, Handler, Incoming, PlatformChannel, PlatformOutput, Shared
from bot.channels.stop import abandon_form, keyword
from bot.content.text import normalized
from bot.dialogue.privacy import CONFIRMATION
from bot.storage.opt_outs import OptOuts

LIST_NAME = "amicc_choices_{count}"
"""Name of the content template, made by ``channels register``, that shows so many choices as a WhatsApp list."""
LOOK_AGAIN_SECONDS = 3600.0
UNSUBSCRIBED = "21610"
"""Twilio's code for a number that has opted out with Twilio itself."""
DELETION = {"delete my data", "yes delete my data"}
"""What is heard after STOP too, besides START."""
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

Fields = Mapping[str, str]


class TwilioApi:
    """The calls that are used."""

    def __init__(
        self,
        account: str,
        token: str,
        host: str,
        content_host: str,
        messaging_host: str,
        patience: Optional[Patience] = None,
    ) -> None:
        """Uses an account's SID and auth token, and the addresses of the REST, the Content and the Messaging API."""
        self.calls = Api("Twilio", patience=patience)
        self.host = f"{host}/2010-04-01/Accounts/{account}"
        self.content_address = f"{content_host}/v1/Content"
        self.senders_address = f"{messaging_host}/v2/Channels/Senders"
        self.auth = aiohttp.BasicAuth(account, token)
        self._lists: dict[int, str] = {}
        self._looked_at: Optional[float] = None

    async def send(self, **fields: str) -> None:
        """Sends a message.

        Raises:
            DeliveryError: Twilio refused, or was busy or down all the time.
        """
        await self.calls.call("POST", f"{self.host}/Messages.json", data=fields, auth=self.auth)

    async def lists(self) -> dict[int, str]:
        """The content templates that show choices as WhatsApp lists, by number of choices; asked for once an hour."""
        if self._looked_at is None or monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            self._looked_at = monotonic()
            try:
                answer = await self.calls.call("GET", self.content_address, params={"PageSize": "500"}, auth=self.auth)
            except DeliveryError:
                return self._lists
            named = {each.get("friendly_name"): each.get("sid") for each in answer.get("contents", [])}
            counts = range(1, WHATSAPP.buttons + 1)
            names = {count: named.get(LIST_NAME.format(count=count)) for count in counts}
            self._lists = {count: sid for count, sid in names.items() if sid}
        return self._lists


def list_template(count: int) -> dict[str, object]:
    """The content template for a list of so many choices: all its texts are variables."""
    items = [{"item": f"{{{{{2 * n}}}}}", "id": f"{{{{{2 * n + 1}}}}}"} for n in range(1, count + 1)]
    samples = {"1": "Which one?"}
    for n in range(1, count + 1):
        samples |= {str(2 * n): f"Choice {n}", str(2 * n + 1): f"choice {n}"}
    return {
        "friendly_name": LIST_NAME.format(count=count),
        "language": "en",
        "variables": samples,
        "types": {"twilio/list-picker": {"body": "{{1}}", "button": "Choose", "items": items}},
    }


def list_variables(message: Outgoing) -> str:
    """The values for :func:`list_template`, as JSON."""
    values = {"1": message.text}
    for n, button in enumerate(message.buttons, start=1):
        values |= {str(2 * n): button.title, str(2 * n + 1): button.payload}
    return json.dumps(values, ensure_ascii=False)


class Unanswered(PlatformOutput):
    """For who has said STOP: sends nothing."""

    capabilities = SMS

    async def deliver(self) -> None:
        """Leaves the replies."""


class TwilioOutput(PlatformOutput):
    """Sends from the number that was written to, to the one that wrote."""

    capabilities = SMS

    def __init__(self, api: TwilioApi, sender: str, recipient: str) -> None:
        """Addresses a phone number; both are as Twilio writes them."""
        super().__init__()
        self._api = api
        self._address = {"From": sender, "To": recipient}

    async def send(self, message: Outgoing) -> None:
        """Sends one message."""
        try:
            await self._api.send(**self._address, Body=message.text)
        except DeliveryError as error:
            if error.code != UNSUBSCRIBED:
                raise


class WhatsAppOutput(TwilioOutput):
    """Choices become a list where the account has the templates for it, else a numbered menu."""

    capabilities = WHATSAPP

    async def deliver(self) -> None:
        """Sends the pending replies."""
        self._lists = await self._api.lists()
        if not self._lists:
            self.capabilities = self._numbered
        await super().deliver()

    @property
    def _numbered(self) -> Capabilities:
        return replace(WHATSAPP, buttons=0)

    async def send(self, message: Outgoing) -> None:
        """Sends one message, as a numbered menu if Twilio does not take the list."""
        template = self._lists.get(len(message.buttons))
        if template:
            try:
                await self._api.send(**self._address, ContentSid=template, ContentVariables=list_variables(message))
                return
            except DeliveryError as error:
                if not 400 <= error.status < 500 or error.status == 429:
                    raise
        if message.buttons:
            message = format_turn(self.pending, self._numbered, self.intro).messages[0]
        await super().send(message)


class TwilioChannel(PlatformChannel):
    """SMS and WhatsApp numbers of one account."""

    def __init__(
        self,
        shared: Shared,
        twilio: TwilioApi,
        token: str,
        public_url: str,
    ) -> None:
        """Wires the parts.

        Args:
            shared: What all channels use together.
            twilio: Calls.
            token: The account's auth token; it signs what Twilio sends.
            public_url: How Twilio sees the server: the signature covers the whole address.
        """
        super().__init__(shared, twilio.calls)
        self._twilio = twilio
        self._validator = RequestValidator(token)
        self._public_url = public_url.rstrip("/")
        self._store = shared.store
        self._opt_outs = OptOuts(shared.store.transactions)

    @classmethod
    def name(cls) -> str:
        """Part of the address."""
        return "twilio"

    def is_genuine(self, request: Request) -> bool:
        """Whether the signature fits address and fields."""
        fields = _fields(request.body)
        signature = request.headers.get("X-Twilio-Signature", "")
        query = f"?{request.query_string}" if request.query_string else ""
        if fields is None:
            return False
        return bool(self._validator.validate(f"{self._public_url}{request.path}{query}", fields, signature))

    async def receive(self, request: Request, handler: Handler) -> HTTPResponse:
        """Takes one message. Reports on what was sent come here too if Twilio is set up so, and are ignored."""
        fields = _fields(request.body) or {}
        identity, sender, number = (fields.get(key, "")[:MAX_ID] for key in ("MessageSid", "From", "To"))
        if identity and sender and number and "MessageStatus" not in fields and self.is_new(identity):
            by_sms = not sender.startswith("whatsapp:")
            output = (TwilioOutput if by_sms else WhatsAppOutput)(self._twilio, number, sender)
            self.start(self._take(fields, Incoming(sender, identity, ""), output, handler))
        return response.text(NO_ANSWER, content_type="text/xml")

    async def _take(self, fields: Fields, incoming: Incoming, output: TwilioOutput, handler: Handler) -> None:
        answered = bool(fields.get("OptOutType"))
        await self.turn(replace(incoming, text=await _said(fields), answered=answered), output, handler)

    async def respond(self, incoming: Incoming, output: PlatformOutput, handler: Handler) -> None:
        """Keeps the rules on STOP, HELP and START before anything else."""
        pseudonyms = self.pseudonyms.all_of(self.name(), incoming.sender)
        standing = await self._opt_outs.standing(pseudonyms, self.conversation(incoming))
        word = keyword(incoming.text, by_sms=output.capabilities is SMS)
        if word == "stop":
            await self._opt_outs.add(pseudonyms[0])
            await abandon_form(self._store, self.conversation(incoming))
            if not (incoming.answered or standing.stopped) and await self.verdict(incoming.sender) != "ignore":
                await self.give(output, "utter_sms_stopped")
            return
        if word == "help":
            if not incoming.answered and await self.admits(incoming.sender, output):
                await self.give(output, "utter_sms_help")
            return
        if standing.stopped:
            if normalized(incoming.text) in DELETION:
                await self._delete_unanswered(incoming, handler)
                return
            if word != "start" and incoming.text.strip().casefold() != "yes":
                return
            await self._opt_outs.remove(pseudonyms)
            word = "start"
        if word == "start":
            if incoming.answered:
                return
            incoming = replace(incoming, text="hello")
        if not standing.known:
            output.intro = self._content.content.responses["utter_sms_intro"].text
        await super().respond(incoming, output, handler)

    async def _delete_unanswered(self, incoming: Incoming, handler: Handler) -> None:
        """Deletes what is kept of a person, who after STOP cannot be asked whether to."""
        for text in ("delete my data", CONFIRMATION.text):
            message = replace(incoming, text=text, message_id=f"{incoming.message_id} {text}")
            await super().respond(message, Unanswered(), handler)


def _fields(body: bytes) -> Optional[dict[str, str]]:
    """The fields of a form, blank ones included: the signature covers them."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500))
    except ValueError:
        return None


async def _said(fields: Fields) -> str:
    """What a message says: a tapped choice, a shared place, or what was typed; empty for media alone."""
    tapped = fields.get("ListId") or fields.get("ButtonPayload")
    if tapped:
        return tapped
    try:
        position = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return fields.get("Body", "")
    return await asyncio.to_thread(spoken_place, *position) or "I am outside the United States"
