// @ts-check
// Makes nodes. Nothing from the server, the page or the store is ever parsed as HTML.

/**
 * An element.
 * @param {string} kind its tag, and its class after a dot
 * @param {...any} parts nodes and texts go into it; false, "" and the like do not; of an object, functions are
 *   listeners, and other values attributes: true is an empty one, false and the like none
 * @returns {any} an HTMLElement of that tag
 */
function h(kind, ...parts) {
  const [tag, name] = kind.split(".");
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const part of parts) {
    if (!part) continue;
    if (typeof part == "string" || part instanceof Node) element.append(part);
    else {
      for (const [key, value] of Object.entries(part)) {
        if (typeof value == "function") element.addEventListener(key, value);
        else if (value != null && value !== false) element.setAttribute(key, value === true ? "" : value);
      }
    }
  }
  return element;
}

/** Tells the page. @param {string} name @param {object} [detail] */
const emit = (name, detail) => ui.host.dispatchEvent(new CustomEvent(`${TAG}:${name}`, { bubbles: true, detail }));

/** Paths of a 24 by 24 drawing. */
const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5z",
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  send: "M4 12h15M13 6l6 6-6 6",
  up: "M7 11v9H4v-9zl4-8a2 2 0 0 1 3 2l-1 4h6a2 2 0 0 1 2 2l-2 7a2 2 0 0 1-2 2H7",
};

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const [drawing, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** @param {any} content @param {(event: Event) => void} click @param {object | false} [attributes] @returns {HTMLButtonElement} */
const button = (content, click, attributes) => h("button", { type: "button", click }, content, attributes);

/** A button that shows a drawing. @param {keyof typeof ICONS} name @param {string} title @param {(event: Event) => void} click @param {object} [attributes] */
const iconButton = (name, title, click, attributes) =>
  button(icon(name), click, { class: `icon ${name}`, title, "aria-label": title, ...attributes });

/** A link, or its text alone if the address may not be followed. @param {string} address @param {string} text */
function link(address, text) {
  const href = safeUrl(address);
  if (!href) return text;
  const away = /^http/.test(href) && new URL(href).origin != location.origin;
  return h("a", { href }, away && { target: "_blank", rel: "noopener noreferrer" }, text, away && hidden(` ${say("tab")}`));
}

/** Text for screen readers alone. @param {string} text */
const hidden = (text) => h("span.sr", text);

const MARKS = /\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^()\s]+)\)|(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])/g;

/** A line with **bold**, [links](https://...) and bare addresses. @param {string} text */
function inline(text) {
  const parts = [];
  let from = 0;
  for (const { index, 0: all, 1: bold, 2: label, 3: address, 4: bare } of text.matchAll(MARKS)) {
    parts.push(text.slice(from, index), bold ? h("b", bold) : link(address || bare, label || bare));
    from = /** @type {number} */ (index) + all.length;
  }
  return [...parts, text.slice(from)];
}

/** Paragraphs apart by blank lines; lines that begin with "- " are a list. @param {string} text */
function prose(text) {
  const blocks = [];
  let block;
  for (const line of text.split("\n")) {
    const [item] = line.match(/^\s*- /) || [""];
    const tag = !line.trim() ? "" : item ? "UL" : "P";
    if (tag && block?.tagName != tag) blocks.push((block = h(tag)));
    if (!tag) block = null;
    else block.append(...(item ? [h("li", ...inline(line.slice(item.length)))] : [" ", ...inline(line)]));
  }
  return blocks;
}
