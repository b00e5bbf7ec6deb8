// @ts-check
// The conversation as this browser keeps it: in localStorage, or for the tab alone; never before the chat was opened.

/** @typedef {{label: string, text: string}} Choice */
/** @typedef {{title: string, date: string, text: string, url: string, choice: Choice}} Card */
/** @typedef {{name: string, url: string, as_of: string}} Source */
/**
 * @typedef {object} Step
 * @property {number} step
 * @property {number} total
 * @property {boolean} optional
 * @property {string} input_type
 * @property {string} input_mode
 * @property {string} autocomplete
 * @property {string} error
 */
/**
 * The assistant's reply, as the server documents it.
 * @typedef {object} Reply
 * @property {string} title
 * @property {string} text
 * @property {Source[]} sources
 * @property {Card[]} cards
 * @property {Choice[]} choices
 * @property {Step | null} form_step
 * @property {string} outcome
 * @property {number} topics how many things it is about
 */
/**
 * A message and what came of it. `state`: "" is answered, "send" under way, "fail" given up; `note` tells more.
 * @typedef {{id: string, text: string, replies: Reply[], state: string, note: string, picked: string, vote: string}} Turn
 */
/** @typedef {{v: 1, token: string, turns: Turn[], at: number, unread: number}} Memory */

/** @param {any} value */
const string = (value) => (typeof value == "string" ? value.slice(0, 8000) : "");
/** The named parts of something, each a text. @param {any} raw @param {string} names @returns {any} */
const strings = (raw, names) => Object.fromEntries(names.split(" ").map((name) => [name, string(raw?.[name])]));
/** What a list holds, made sound. @param {any} value @param {(one: any) => any} make @param {number} [most] @returns {any[]} */
const each = (value, make, most = 12) => (Array.isArray(value) ? value : []).slice(-most).map(make);
/** @param {any} raw @returns {Choice} */
const asChoice = (raw) => strings(raw, "label text");

/**
 * A reply of which every part has the expected type, whatever came from the server or the store.
 * @param {any} raw
 * @returns {Reply}
 */
const asReply = (raw) => ({
  ...strings(raw, "title text outcome"),
  sources: each(raw?.sources, (one) => strings(one, "name url as_of")),
  cards: each(raw?.cards, (one) => ({ ...strings(one, "title date text url"), choice: asChoice(one?.choice) })),
  choices: each(raw?.choices, asChoice),
  form_step: raw?.form_step && {
    ...strings(raw.form_step, "input_type input_mode autocomplete error"),
    step: Number(raw.form_step.step),
    total: Number(raw.form_step.total),
    optional: raw.form_step.optional === true,
  },
  topics: Number(raw?.topic?.length ?? raw?.topics) || 0,
});

/** @returns {Memory} */
const empty = () => ({ v: 1, token: "", turns: [], at: Date.now(), unread: 0 });

/** @param {any} raw @returns {Memory} */
const asMemory = (raw) =>
  raw?.v !== 1 || !(Date.now() - raw.at < TTL)
    ? empty()
    : {
        v: 1,
        token: string(raw.token),
        turns: each(
          raw.turns,
          (one) => ({ ...strings(one, "id text state note picked vote"), replies: each(one?.replies, asReply) }),
          200,
        ),
        at: raw.at,
        unread: Number(raw.unread) || 0,
      };

/** What this tab alone keeps. @param {string} name */
const inTab = (name) => tried(() => sessionStorage.getItem(`${TAG}-${name}`));
/** @param {string} name @param {string} value */
const keepInTab = (name, value) => tried(() => sessionStorage.setItem(`${TAG}-${name}`, value));

let shared = set.storage == "session" || !!inTab("shared");
const shelf = () => tried(() => (set.storage == "none" ? null : shared ? sessionStorage : localStorage));

/** @type {Memory} */
let memory = empty();

function recall() {
  const kept = tried(() => shelf()?.getItem(TAG));
  if (kept) memory = asMemory(tried(() => JSON.parse(kept)));
  else if (shelf()) memory = empty();
}

/**
 * Changes the conversation on top of what other tabs have written meanwhile, and keeps it.
 * @param {(memory: Memory) => void} act
 */
function change(act) {
  if (tried(() => shelf()?.getItem(TAG))) recall();
  act(memory);
  memory.at = Date.now();
  memory.turns = memory.turns.slice(-200);
  tried(() => shelf()?.setItem(TAG, JSON.stringify(memory)));
}

/** Forgets it, here and in other tabs. */
function forget() {
  tried(() => shelf()?.removeItem(TAG));
  memory = empty();
}

/** Keeps it for this tab only, or for all again. @param {boolean} only */
function share(only) {
  const kept = memory;
  forget();
  shared = only;
  keepInTab("shared", only ? "1" : "");
  memory = kept;
  change(() => {});
}

/** @param {string} id @returns {Turn | undefined} */
const turn = (id) => memory.turns.find((one) => one.id == id);

/** Something nobody can guess; randomUUID exists only on secure pages. */
const newId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
