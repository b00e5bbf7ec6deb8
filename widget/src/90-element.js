// @ts-check
// The custom element, and how it gets onto the page.

class FaqChat extends HTMLElement {
  static ours = true;

  connectedCallback() {
    if (!ui.host) start(this);
    else if (ui.host != this) warn("there is a chat on this page already");
  }

  open = open;
  close = close;

  /** Takes the chat away for as long as this tab is open. */
  hide() {
    close();
    this.hidden = true;
    keepInTab("hidden", "1");
  }

  /** @param {string} text a message, as if the visitor had typed it */
  send(text) {
    open();
    ask(String(text));
  }

  get unread() {
    return memory.unread;
  }
}

/** @param {FaqChat} host */
function start(host) {
  ui.host = host;
  ui.inline = host.hasAttribute("inline");
  host.setAttribute("side", set.side || "end");
  if (!document.getElementById(TAG)) host.id = TAG;
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet(CSS_TEXT)];
  ui.root = h("div.root", { lang }, !ui.inline && { role: "complementary", "aria-label": set.label || say("label") });
  // The live region is in the page, where screen readers find it, and there from the start.
  ui.live = h("div", { slot: "live", role: "status", lang });
  host.append(ui.live);
  shadow.append(ui.root, h("slot", { name: "live" }));
  buildLauncher();
  ui.root.style.setProperty("--tint", set.color || "");
  ui.root.style.colorScheme = (set.theme || "").replace("auto", "");
  visualViewport?.addEventListener("resize", layout);
  resume();
}

/** Takes up what an earlier page or another tab has left. */
function resume() {
  recall();
  const page = document.documentElement;
  if (!ui.inline) {
    ui.host.hidden = !!inTab("hidden");
    if (getComputedStyle(page).scrollPaddingBottom == "auto") page.style.scrollPaddingBottom = "5rem";
  }
  if (ui.inline || (inTab("open") && !phone.matches)) open(false);
  else if (memory.turns[0]) buildPanel();
  layout();
  count();
  memory.turns.filter(({ state }) => state == "send").forEach(post);
  // Another tab has written, or the visitor has come back to this page as it was left.
  for (const type of ["storage", "pageshow"]) addEventListener(type, () => (recall(), drawAll()));
  addEventListener("click", (event) => {
    const asker = /** @type {Element} */ (event.target).closest?.("[data-ask]");
    if (!asker) return;
    event.preventDefault();
    open();
    ask(asker.getAttribute("data-ask") || asker.textContent || "");
  });
  addEventListener("hashchange", () => fromHash());
  fromHash(false);
}

/** A link to #faq-chat opens the chat; #faq-chat=<topic id> asks that topic's question too. @param {boolean} [focus] */
async function fromHash(focus) {
  const [all, topic] = location.hash.match(/^#faq-chat=?(\w*)$/) || [];
  if (!all) return;
  // The address without "#...": so the same link works again, and a reload does not ask again.
  history.replaceState(history.state, "", " ");
  open(focus);
  if (!topic) return;
  const { title } = await call(`topic/${topic}`).catch(() => ({}));
  if (title) ask(title);
  else warn(`no topic ${topic}`);
}

function place() {
  const known = /** @type {any} */ (customElements.get(TAG));
  if (known) return warn(known.ours ? "there is a chat on this page already" : `this page has a <${TAG}> of its own`);
  customElements.define(TAG, FaqChat);
  if (document.querySelector(TAG)) return;
  const host = document.createElement(TAG);
  const target = set.inline && document.querySelector(set.inline);
  host.toggleAttribute("inline", !!target);
  (target || document.body).append(host);
}

if (document.body) place();
else addEventListener("DOMContentLoaded", place);
