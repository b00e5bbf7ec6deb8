// @ts-check
// The launcher and the panel: opening, closing, the menu, the field, and what is announced.

/**
 * What is on the page.
 * @type {Record<string, any> & {host: FaqChat, root: HTMLElement, field: HTMLInputElement | HTMLTextAreaElement}}
 */
const ui = /** @type {any} */ ({});

const phone = matchMedia("(max-width:30em),(max-height:26em)");
let isOpen = false;
/** Where the focus goes back to. @type {any} */
let cameFrom;

/**
 * Says something to a screen reader: filled, then emptied, so that it is neither missed nor read twice.
 * @param {string} text
 */
function announce(text) {
  const entry = h("div", text);
  ui.live.append(entry);
  setTimeout(() => entry.remove(), 1500);
}

/** Makes the launcher; the panel is made when it is first needed. */
function buildLauncher() {
  ui.badge = h("span.badge");
  ui.launcher = button(icon("chat"), () => (isOpen ? close() : open()), { class: "launch", part: "launcher" });
  ui.launcher.append(set.label || say("label"), " ", ui.badge);
  ui.root.append(ui.launcher);
}

function buildPanel() {
  if (ui.panel) return;
  const way = person();
  if (way.classList) way.className = "way";
  ui.more = iconButton("menu", say("menu"), () => toggleMenu(ui.menu.hidden), { "aria-expanded": "false", "aria-controls": "menu" });
  ui.menu = h("div.menu", { id: "menu", hidden: true }, ...menuItems());
  ui.list = h("ol", { role: "list" });
  ui.log = h("div.log", { role: "log", "aria-live": "off", "aria-label": set.title || say("title"), tabindex: "0" }, ui.list);
  ui.form = h("form.form", { novalidate: true, submit });
  ui.panel = h(
    "div.panel",
    { part: "panel", id: "panel", dir: "ltr", "aria-labelledby": "title", hidden: true, keydown: keys },
    h(
      "div.head",
      set.avatar && h("img", { src: safeUrl(set.avatar), alt: "" }),
      h("div", h("h2", { id: "title" }, set.title || say("title")), h("p.by", say("kind"), way)),
      ui.more,
      !ui.inline && iconButton("close", say("close"), close),
    ),
    ui.menu,
    ui.log,
    ui.form,
    h("p.foot", `${set.note || say("note")} `, link(set["privacy-url"] || `${base}faq/assistant_privacy`, say("privacy"))),
  );
  ui.root.prepend(ui.panel);
  greet();
  drawAll();
}

/** The greeting with its first questions; a plain one if the server's does not come. */
async function greet() {
  const reply = asReply(await call(`greeting?lang=${lang}`).then((data) => data.replies[0], () => null));
  if (set.greeting || !reply.text) reply.text = set.greeting || say("hello");
  reply.topics = 0;
  draw(Object.assign(hello, { replies: [reply] }));
}

const menuItems = () => [
  !!navigator.clipboard && button(say("copy"), copy),
  button(say("save"), save),
  button(say("print"), printAlone),
  button(say("again"), again),
  button(say("forget"), () => (toggleMenu(false), ask("delete my data"))),
  !set.storage &&
    button(
      say("shared"),
      ({ target }) => {
        share(!shared);
        /** @type {Element} */ (target).setAttribute("aria-pressed", String(shared));
      },
      { "aria-pressed": String(shared) },
    ),
  !ui.inline && button(say("hide"), () => ui.host.hide()),
];

/** @param {boolean} show */
function toggleMenu(show) {
  ui.menu.hidden = !show;
  ui.more.setAttribute("aria-expanded", String(show));
}

function again() {
  if (!confirm(say("sureAgain"))) return;
  forget();
  hello.picked = "";
  drawAll();
  toggleMenu(false);
  ui.field.focus();
}

/** @param {any} event */
async function copy({ target }) {
  await navigator.clipboard.writeText(transcript());
  announce((target.textContent = say("copied")));
}

function save() {
  const href = URL.createObjectURL(new Blob([transcript()], { type: "text/plain" }));
  h("a", { href, download: `${TAG}.txt` }).click();
}

/** Prints the conversation without the page around it. */
function printAlone() {
  toggleMenu(false);
  const sheets = [...document.adoptedStyleSheets];
  document.adoptedStyleSheets = [...sheets, sheet(PRINT_TEXT)];
  addEventListener("afterprint", () => (document.adoptedStyleSheets = sheets), { once: true });
  print();
}

/** Makes the field for the next message: a form step asks for an input of its kind. */
function compose() {
  const { form_step: step, choices = [] } = memory.turns.filter(({ replies }) => replies[0]).at(-1)?.replies.at(-1) || {};
  const key = JSON.stringify(step);
  if (ui.field && ui.key == key) return;
  const focused = ui.field?.matches(":focus");
  const draft = !step && ui.field?.value;
  ui.key = key;
  const shape = { id: "field", class: "field", maxlength: 1000, enterkeyhint: "send" };
  ui.field = step
    ? h("input", shape, {
        type: step.input_type,
        inputmode: step.input_mode,
        autocomplete: step.autocomplete,
        "aria-describedby": "error",
        "aria-invalid": !!step.error && "true",
      })
    : h("textarea", shape, { rows: 1, placeholder: say("field"), input: grow });
  ui.field.value = draft || "";
  const word = (/** @type {string} */ name) =>
    !choices.some((choice) => choice.text.toLowerCase() == name) && button(say(name), () => ask(name));
  ui.form.replaceChildren(
    h(step ? "label" : "label.sr", { for: "field" }, step ? say("step", step.step, step.total) : say("field")),
    // For screen readers: to be seen, an error is the beginning of the reply too.
    h("p.sr", { id: "error" }, step?.error),
    ui.field,
    iconButton("send", say("send"), submit, { class: "icon send" }),
    step ? h("div.acts", step.optional && word("skip"), word("cancel")) : "",
  );
  if (focused) ui.field.focus();
}

function grow() {
  ui.field.style.blockSize = "auto";
  ui.field.style.blockSize = `${ui.field.scrollHeight + 2}px`;
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  ask(ui.field.value) && (ui.field.value = "");
  grow();
}

/** @param {KeyboardEvent} event */
function keys(event) {
  const { key, target, shiftKey, isComposing } = event;
  if (isComposing) return;
  if (key == "Enter" && target == ui.field && !shiftKey) submit(event);
  if (key != "Escape") return;
  event.stopPropagation();
  if (ui.menu.hidden) return close();
  toggleMenu(false);
  ui.more.focus();
}

/** Says something for the visitor. @param {string} text @returns {boolean} whether there was anything to say */
function ask(text) {
  text = text.trim().slice(0, 1000);
  if (text) {
    const one = { ...hello, id: newId(), text, replies: [], state: "send", picked: "" };
    change((all) => all.turns.push(one));
    draw(one);
    toEnd();
    post(one);
  }
  ui.field.focus();
  return !!text;
}

const toEnd = () => (ui.log.scrollTop = ui.log.scrollHeight);

/** Shows the dots; says that it takes time only when it does. @param {boolean} on */
function busy(on) {
  ui.timers?.forEach(clearTimeout);
  ui.dots?.remove();
  if (!on) return;
  ui.dots = h("li.dots", h("i"), h("i"), h("i"), hidden(say("typing")));
  const show = () => (ui.list.append(ui.dots), toEnd());
  const slow = () => (ui.dots.append(say("slow")), announce(say("slow")));
  ui.timers = [setTimeout(show, 250), setTimeout(() => announce(say("typing")), 1200), setTimeout(slow, 8000)];
}

/** New replies: told, counted if nobody sees them, and scrolled to where they begin. @param {Turn} one */
function arrived({ id, text, replies }) {
  busy(false);
  announce(`${say("bot")}: ${replies.map((reply) => replyText(reply, true)).join("\n")}`);
  if (isOpen) ui.log.scrollTop = (drawn.get(id)?.items[0].offsetTop || 0) - ui.list.offsetTop;
  else change((all) => (all.unread += replies.length));
  count();
  emit("message", { message: text, replies });
}

/** Puts the number of unread replies on the launcher and into its name. */
function count() {
  const { unread } = memory;
  ui.badge.hidden = !unread;
  ui.badge.replaceChildren(unread, hidden(` ${say("unread")}`));
}

/** @param {boolean} [focus] false where the visitor did not ask for it just now */
function open(focus = true) {
  buildPanel();
  if (!isOpen) {
    cameFrom = focus && document.activeElement;
    isOpen = true;
    ui.host.hidden = ui.panel.hidden = false;
    if (!ui.inline) keepInTab("open", "1");
    if (memory.unread) change((all) => (all.unread = 0));
    count();
    layout();
    toEnd();
    emit("open");
  }
  if (focus) ui.field.focus();
}

function close() {
  if (!isOpen || ui.inline) return;
  isOpen = false;
  ui.panel.hidden = true;
  toggleMenu(false);
  keepInTab("open", "");
  layout();
  ui.launcher.focus();
  if (cameFrom) cameFrom.focus();
  emit("close");
}

/** On a phone the panel is the whole screen and a modal dialog; elsewhere it is a region beside the page. */
function layout() {
  const full = isOpen && !ui.inline && phone.matches;
  ui.root.classList.toggle("full", full);
  if (ui.panel) Object.assign(ui.panel, { role: full ? "dialog" : "region", ariaModal: full || null });
  ui.launcher.setAttribute("aria-expanded", String(isOpen));
  ui.launcher.hidden = full || ui.inline;
  for (const one of ui.inert || []) one.inert = false;
  ui.inert = [];
  for (let node = full ? ui.host : document.body; node != document.body; node = /** @type {any} */ (node.parentElement)) {
    for (const one of /** @type {any} */ (node.parentElement).children) {
      if (one != node && !one.inert) ui.inert.push(one), (one.inert = true);
    }
  }
  // Above a phone's keyboard, which moves the page instead of making it smaller.
  const { height, offsetTop } = /** @type {VisualViewport} */ (visualViewport);
  ui.root.style.setProperty("--tall", `${height}px`);
  ui.root.style.setProperty("--top", `${offsetTop}px`);
}
