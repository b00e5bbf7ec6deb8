// @ts-check
// Gives the chat's tag the attributes that the address names, before the tag runs.

const tag = /** @type {HTMLScriptElement} */ (document.getElementById("chat"));
for (const [name, value] of new URLSearchParams(location.search)) tag.setAttribute(`data-${name}`, value);
