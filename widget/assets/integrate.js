// @ts-check
// Keeps the tag, the policy line and the preview of the integration page in step with its form.

const form = /** @type {HTMLFormElement} */ (document.getElementById("options"));
const frame = /** @type {HTMLIFrameElement} */ (document.getElementById("preview"));
const tagText = /** @type {HTMLElement} */ (document.getElementById("tag"));
const status = /** @type {HTMLElement} */ (document.getElementById("done"));
const source = new URL("chat.js", location.href);

/** What differs from the chat's own choice. */
function chosen() {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return entries.filter(([, value]) => value);
}

/** @param {string} value */
const quoted = (value) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

function update() {
  const attributes = chosen().map(([name, value]) => `\n        data-${name}="${quoted(value)}"`);
  const pages = `<noscript><a href="${new URL("faq", source)}">Questions and answers</a></noscript>`;
  tagText.textContent = `<script src="${source.href}" defer${attributes.join("")}></` + `script>\n${pages}`;
  const address = `preview?${new URLSearchParams(chosen())}`;
  if (frame.getAttribute("src") != address) frame.setAttribute("src", address);
}

for (const element of document.querySelectorAll("[data-origin]")) element.textContent = source.origin;
form.addEventListener("change", update);
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("copy")?.addEventListener("click", async () => {
  await navigator.clipboard.writeText(tagText.textContent || "");
  status.textContent = "Copied.";
});
document.addEventListener("faq-chat:open", () => (status.textContent = ""));
update();
