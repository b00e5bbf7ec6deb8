// @ts-check
// What the webmaster sets on the script tag; wrong values are told in one line of the console.

const TAG = "faq-chat";
const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);

/** Does something that a browser or a value may refuse; null if so. @param {() => any} act */
function tried(act) {
  try {
    return act();
  } catch {
    return null;
  }
}

/** @param {string} text */
const warn = (text) => console.warn(`${TAG}: ${text}`);

/**
 * The address if it is one that may be followed.
 * @type {(value: string, schemes?: RegExp) => any}
 */
const safeUrl = (value, schemes = /^(https?|mailto|tel):$/) =>
  tried(() => {
    const url = new URL(value, location.href);
    return schemes.test(url.protocol) && url.href;
  });

const any = () => true;
/** @param {string} words */
const oneOf = (words) => (/** @type {string} */ value) => words.split(" ").includes(value);
const web = (/** @type {string} */ value) => safeUrl(value, /^https?:$/);

/** Each attribute without `data-`, and whether a value is right. @type {Record<string, (value: string) => unknown>} */
const KNOWN = {
  title: any,
  label: any,
  greeting: any,
  note: any,
  color: (value) => CSS.supports("color", value),
  theme: oneOf("auto light dark"),
  side: oneOf("end start"),
  lang: oneOf("auto en es"),
  storage: oneOf("local session none"),
  feedback: oneOf("on off"),
  "ttl-hours": (value) => Number(value) > 0,
  endpoint: web,
  avatar: web,
  contact: safeUrl,
  "privacy-url": safeUrl,
  inline: (value) => document.querySelector(value),
};

/** @type {Record<string, string>} */
const set = {};
/** @type {string[]} */
const wrong = [];
for (const { name, value } of script?.attributes || []) {
  const option = name.slice(5);
  if (!name.startsWith("data-")) continue;
  if (tried(() => KNOWN[option](value))) set[option] = value;
  else wrong.push(`${name}="${value}"`);
}
if (wrong[0]) warn(`cannot use ${wrong.join(" ")}; it knows data-${Object.keys(KNOWN).join(" data-")}`);

const pageLang = document.documentElement.lang || navigator.language;
const lang = set.lang in TEXTS ? set.lang : /^es/i.test(pageLang) ? "es" : "en";

/**
 * A text of the interface; {0} and {1} are replaced.
 * @param {string} name
 * @param {...unknown} values
 */
const say = (name, ...values) =>
  (TEXTS[lang][name] ?? TEXTS.en[name]).replace(/\{(\d)\}/g, (_, index) => String(values[index]));

/** Where the assistant is: a folder, with its slash. */
const base = new URL((set.endpoint || new URL(".", script?.src || location.href).href).replace(/\/*$/, "/")).href;

/** Milliseconds that a conversation is kept; the server's token lives as long: 7 days. */
const TTL = Number(set["ttl-hours"] || 168) * 36e5;
