// @ts-check
// Turns as list items: what the visitor said, what the assistant replied, and how it stands.

/** What is shown, and from what it was made. @type {Map<string, {key: string, items: HTMLElement[]}>} */
const drawn = new Map();

/** The greeting: a turn that is never kept. @type {Turn} */
const hello = { id: "", text: "", replies: [], state: "", note: "", picked: "", vote: "" };

/** Shows a turn, or shows it anew where it has changed. @param {Turn} one */
function draw(one) {
  if (!ui.panel) return;
  const key = JSON.stringify({ ...one, vote: "" });
  const old = drawn.get(one.id);
  if (old?.key == key) return;
  const items = turnItems(one);
  if (old?.items[0]) {
    old.items[0].before(...items);
    old.items.forEach((item) => item.remove());
  } else if (one == hello) ui.list.prepend(...items);
  else ui.list.append(...items);
  drawn.set(one.id, { key, items });
  compose();
}

/** Shows the whole conversation, and takes away what is no longer part of it. */
function drawAll() {
  for (const [id, { items }] of drawn) {
    if (id && !turn(id)) {
      items.forEach((item) => item.remove());
      drawn.delete(id);
    }
  }
  [hello, ...memory.turns].forEach(draw);
  if (ui.panel) compose();
  count();
}

/** @param {Turn} one @returns {HTMLElement[]} */
function turnItems(one) {
  const failed = one.state == "fail";
  return [
    one.text && h("li.you", { dir: "auto" }, hidden(`${say("you")}: `), one.text),
    one.note &&
      h(
        "li.state",
        noteText(one),
        failed && h("div.acts", button(say("retry"), () => retry(one)), person()),
        !!one.state && h("p", link(`${base}faq`, say("pages"))),
      ),
    ...one.replies.map((reply, index) => replyItem(reply, one, !one.replies[index + 1])),
  ].filter(Boolean);
}

/** @param {Turn} one */
function retry(one) {
  settle(one.id, (kept) => Object.assign(kept, { state: "send", note: "" }));
  post(one);
  ui.field.focus();
}

/** @param {Reply} reply @param {Turn} one @param {boolean} last */
function replyItem(reply, one, last) {
  const { title, text, sources, cards, choices, outcome, form_step, topics } = reply;
  return h(
    "li.bot",
    h("div.words", { dir: "auto", lang: one != hello && "en" }, hidden(`${say("bot")}: `), title && h("p.q", title), ...prose(text), sources[0] && sourceLines(sources)),
    cards[0] && h("ul.cards", { role: "list" }, ...cards.map((card) => cardItem(card, one))),
    choices[0] && picks(choices, one, say(form_step || outcome != "answered" ? "pick" : "also")),
    outcome == "unanswered" && h("div.acts", person()),
    last && topics > 0 && outcome == "answered" && !form_step && set.feedback != "off" && voteBox(one),
  );
}

/** A partial ISO date as a person would say it. @param {string} date */
const spoken = (date) =>
  tried(() =>
    new Date(date).toLocaleDateString(lang == "en" ? "en-GB" : lang, {
      year: "numeric",
      month: date[4] ? "long" : undefined,
      day: date[7] ? "numeric" : undefined,
      timeZone: "UTC",
    }),
  ) || date;

/** @param {Source[]} sources */
function sourceLines(sources) {
  const [first, ...more] = sources.map(({ name, url, as_of }) => [url ? link(url, name) : name, ` (${spoken(as_of)})`]);
  if (!more[0]) return h("p.small", `${say("source")}: `, ...first);
  return h("div.small", `${say("sources")}:`, h("ul", ...[first, ...more].map((line) => h("li", ...line))));
}

/** @param {Card} card @param {Turn} one */
const cardItem = ({ title, date, text, url, choice }, one) =>
  h("li.card", h("p.q", url ? link(url, title) : title), date && h("p.small", date), text && h("p", text), choice.text && pick(choice.label, choice.text, one));

/** Quick replies: whole questions in a column, short words in a row. @param {Choice[]} choices @param {Turn} one @param {string} name */
const picks = (choices, one, name) =>
  h(
    choices.some(({ text }) => text.endsWith("?")) ? "div" : "div.row",
    h("p.small", { "aria-hidden": "true" }, name),
    h("ul.picks", { role: "list", "aria-label": name }, ...choices.map(({ label, text }) => h("li", pick(text.endsWith("?") ? text : label, text, one)))),
  );

/**
 * A button that says something for the visitor. After a pick it can still be focused, so that the focus is not lost.
 * @param {string} label @param {string} text @param {Turn} one
 */
function pick(label, text, one) {
  const { picked } = one;
  return button(
    label || text,
    () => {
      if (picked) return;
      if (one == hello) draw(Object.assign(one, { picked: text }));
      else settle(one.id, (kept) => (kept.picked = text));
      ask(text);
    },
    !!picked && { "aria-disabled": "true", "aria-pressed": String(picked == text) },
  );
}

/** The way to a person: what the webmaster has set, otherwise the answer that names it. */
const person = () => (set.contact ? link(set.contact, say("person")) : button(say("person"), () => ask(TEXTS.en.personAsk)));

/** @param {Turn} one */
function voteBox({ id, vote }) {
  /** @param {string} value @param {string} [reason] */
  const give = (value, reason) => {
    vote = value;
    change(() => Object.assign(turn(id) || {}, { vote }));
    call("feedback", { token: memory.token, message_id: id, value, reason }).catch(() => show([h("p.small", say("error"))]));
    const asks = value == "down" && reason == null;
    announce(say(asks ? "why" : "thanks"));
    show(asks ? reasonFields(id, (text) => give(value, text)) : [h("p.small", say("thanks"))]);
  };
  /** @param {any[]} [more] */
  const show = (more = []) => {
    thumbs.forEach((thumb, index) => thumb.setAttribute("aria-pressed", String(vote == (index ? "down" : "up"))));
    while (box.children[2]) box.children[2].remove();
    box.append(...more);
  };
  const thumbs = [iconButton("up", say("good"), () => give("up")), iconButton("up", say("bad"), () => give("down"), { class: "icon down" })];
  const box = h("div.vote", ...thumbs);
  show();
  return box;
}

/** @param {string} id @param {(reason: string) => void} give */
function reasonFields(id, give) {
  const done = () => (give(input.value.trim()), ui.field.focus());
  const input = h("input", { id: `why${id}`, maxlength: 500, keydown: (/** @type {KeyboardEvent} */ event) => event.key == "Enter" && !event.isComposing && done() });
  return [h("label", { for: input.id }, say("why")), input, button(say("send"), done)];
}

/** A reply as text, for the clipboard, a file or, in brief, the live region. @param {Reply} reply @param {boolean} [brief] */
const replyText = ({ title, text, cards, sources, form_step }, brief) =>
  [
    form_step && say("step", form_step.step, form_step.total),
    title,
    text.replaceAll("**", ""),
    ...cards.map((card) => `- ${card.title} ${card.date} ${card.text} ${brief ? "" : card.url}`),
    ...sources.map(({ name, url, as_of }) => !brief && `${say("source")}: ${name} (${spoken(as_of)}) ${url}`),
  ]
    .filter(Boolean)
    .join("\n");

const transcript = () =>
  [hello, ...memory.turns]
    .flatMap(({ text, replies }) => [text && `${say("you")}: ${text}`, ...replies.map((reply) => `${say("bot")}: ${replyText(reply)}`)])
    .filter(Boolean)
    .join("\n\n");
