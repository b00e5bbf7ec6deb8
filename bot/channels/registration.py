"""Sets a platform up for the assistant, and asks it whether all is well: what an operator would click together."""

from __future__ import annotations

import json
from typing import Any

from bot.channels.capabilities import WHATSAPP
from bot.channels.facebook import GET_STARTED, FacebookApi
from bot.channels.slack import SlackApi
from bot.channels.telegram import UPDATES, TelegramApi
from bot.channels.twilio import LIST_NAME, TwilioApi, list_template
from bot.errors import AssistantError, Errors

Lines = list[str]
"""What was found or done, a line each, for the person at the keyboard."""

FIELDS = "messages,messaging_postbacks"
"""What of a page's events Messenger sends."""
COMMANDS = [
    {"command": "start", "description": "Say hello"},
    {"command": "help", "description": "What you can ask"},
    {"command": "stop", "description": "End what we are doing"},
]


async def check_telegram(telegram: TelegramApi, address: str) -> Lines:
    """Asks for the bot's name and where updates go.

    Raises:
        DeliveryError: Telegram does not know the token, or does not answer.
    """
    user = await telegram.call("getMe") or {}
    webhook = await telegram.call("getWebhookInfo") or {}
    lines = [f"The bot is @{user.get('username')}."]
    if webhook.get("url") == address:
        lines.append(f"Updates come to {address}; {webhook.get('pending_update_count', 0)} are waiting.")
    else:
        now = webhook.get("url") or "no address is set"
        lines.append(f"Updates do not come here yet ({now}). Run: python -m bot channels register telegram")
    if webhook.get("last_error_message"):
        lines.append(f"The last delivery failed: {webhook['last_error_message']}")
    return lines


async def register_telegram(telegram: TelegramApi, address: str, secret: str) -> Lines:
    """Sends updates here, with the secret that proves where they come from, and lists the commands.

    Raises:
        DeliveryError: Telegram refused, or does not answer.
    """
    await telegram.call("setWebhook", url=address, secret_token=secret, allowed_updates=UPDATES)
    await telegram.call("setMyCommands", commands=COMMANDS)
    return [f"Telegram now sends updates to {address}.", "The commands /start, /help and /stop are listed in the chat."]


async def check_twilio(twilio: TwilioApi) -> Lines:
    """Asks for the account and the list templates.

    Raises:
        DeliveryError: Twilio does not know the account, or does not answer.
    """
    account = await twilio.calls.call("GET", f"{twilio.host}.json", auth=twilio.auth)
    lists = await twilio.lists()
    lines = [f"The account is {account.get('status', 'known')}."]
    if len(lists) < WHATSAPP.buttons:
        lines.append("WhatsApp choices are shown as numbers; for lists run: python -m bot channels register twilio")
    else:
        lines.append("WhatsApp choices are shown as lists.")
    return lines


async def register_twilio(twilio: TwilioApi, address: str, number: str) -> Lines:
    """Sends what is written to a number here, by SMS and WhatsApp; makes missing templates for WhatsApp lists.

    Raises:
        AssistantError: The account does not have the number.
        DeliveryError: Twilio refused, or does not answer.
    """
    lines = []
    if number:
        owned = f"{twilio.host}/IncomingPhoneNumbers"
        found = await twilio.calls.call("GET", f"{owned}.json", params={"PhoneNumber": number}, auth=twilio.auth)
        numbers = [each for each in found.get("incoming_phone_numbers", []) if each.get("phone_number") == number]
        if not numbers:
            raise AssistantError(Errors.E051.format(number=number))
        data = {"SmsUrl": address, "SmsMethod": "POST"}
        await twilio.calls.call("POST", f"{owned}/{numbers[0]['sid']}.json", data=data, auth=twilio.auth)
        lines.append(f"Twilio now sends messages to {number} to {address}.")
        lines.append(await _register_whatsapp(twilio, address, number))
    else:
        lines.append("BOT_TWILIO_NUMBER is not set: no phone number was set up.")
    present = await twilio.lists()
    missing = [count for count in range(1, WHATSAPP.buttons + 1) if count not in present]
    for count in missing:
        await twilio.calls.call("POST", twilio.content_address, json=list_template(count), auth=twilio.auth)
    names = f"{LIST_NAME.format(count=1)} to {LIST_NAME.format(count=WHATSAPP.buttons)}"
    lines.append(f"{len(missing)} of the templates for WhatsApp lists ({names}) were missing and are made.")
    return lines


async def _register_whatsapp(twilio: TwilioApi, address: str, number: str) -> str:
    """Sends WhatsApp messages to a number here (Twilio's Senders API, ``webhook`` of a sender)."""
    query = {"Channel": "whatsapp", "PageSize": "100"}
    found = await twilio.calls.call("GET", twilio.senders_address, params=query, auth=twilio.auth)
    senders = [each for each in found.get("senders", []) if each.get("sender_id") == f"whatsapp:{number}"]
    if not senders:
        return f"{number} is no WhatsApp sender. Give another one {address} in the console, under Messaging, Senders."
    webhook = {"webhook": {"callback_url": address, "callback_method": "POST"}}
    await twilio.calls.call("POST", f"{twilio.senders_address}/{senders[0]['sid']}", json=webhook, auth=twilio.auth)
    return f"Twilio now sends WhatsApp messages to {number} to {address}."


async def check_facebook(facebook: FacebookApi) -> Lines:
    """Asks for the page's name.

    Raises:
        DeliveryError: Meta does not know the token, or does not answer.
    """
    page = await facebook.call("GET", "me")
    return [f"The page is {page.get('name', page.get('id'))}."]


async def register_facebook(facebook: FacebookApi, address: str, app_secret: str, verify_token: str) -> Lines:
    """Has the page's messages sent here (Graph API, ``/{app-id}/subscriptions``), and shows the get-started button.

    Raises:
        DeliveryError: Meta refused, or does not answer. It refuses an address where nobody repeats its random text.
    """
    app = await facebook.call("GET", "app")
    subscription = {"object": "page", "callback_url": address, "verify_token": verify_token, "fields": FIELDS}
    await facebook.call("POST", f"{app.get('id')}/subscriptions", subscription, token=f"{app.get('id')}|{app_secret}")
    await facebook.call("POST", "me/subscribed_apps", {"subscribed_fields": FIELDS})
    await facebook.call("POST", "me/messenger_profile", {"get_started": {"payload": GET_STARTED}})
    return [f"Meta now sends the page's messages to {address}.", "The get-started button is shown."]


async def check_slack(slack: SlackApi) -> Lines:
    """Asks for the workspace.

    Raises:
        DeliveryError: Slack does not know the token, or does not answer.
    """
    answer = await slack.call("auth.test")
    return [f"The bot is in the workspace {answer.get('team')}."]


def slack_manifest(address: str) -> str:
    """The app manifest to paste at Slack, as JSON: names, permissions and addresses in one."""
    manifest: dict[str, Any] = {
        "display_information": {
            "name": "AMICC assistant",
            "description": "Answers questions about the International Criminal Court and the United States",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "AMICC assistant", "always_online": True},
            "slash_commands": [
                {
                    "command": "/icc",
                    "url": address,
                    "description": "Ask about the International Criminal Court",
                    "usage_hint": "your question",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": ["app_mentions:read", "chat:write", "commands", "im:history"]}},
        "settings": {
            "event_subscriptions": {"request_url": address, "bot_events": ["app_mention", "message.im"]},
            "interactivity": {"is_enabled": True, "request_url": address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
        },
    }
    return json.dumps(manifest, indent=2)
