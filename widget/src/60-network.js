// @ts-check
// Asks the assistant. Messages go one after another; what found no connection waits and is sent again with its id,
// which the server answers once.

/** Why a request failed. @typedef {{kind: string, text?: string, wait?: number}} Trouble */

let told = false;

/**
 * @param {string} path
 * @param {object} [body] sent as text/plain, which needs no preflight
 * @returns {Promise<any>} the JSON; throws {@link Trouble}
 */
async function call(path, body) {
  let response;
  try {
    response = await fetch(`${base}chat/v1/${path}`, {
      credentials: "omit",
      signal: AbortSignal.timeout(30000),
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
  } catch (error) {
    const slow = /** @type {Error} */ (error).name == "TimeoutError";
    if (!slow && navigator.onLine) tell();
    throw { kind: slow ? "slow" : "offline" };
  }
  const data = await response.json().catch(() => null);
  if (response.ok && data?.version === 1) return data;
  const { code, text } = data?.error || {};
  if (code == "origin" || (!code && response.status < 500)) tell();
  throw {
    kind: code || (response.status < 500 ? "endpoint" : "unavailable"),
    text: string(text),
    wait: Number(response.headers.get("Retry-After")) * 1000,
  };
}

/** Tells the webmaster, once. */
function tell() {
  if (!told) warn(`no assistant at ${base}: check data-endpoint, connect-src, BOT_ORIGINS`);
  told = true;
}

/** @type {Promise<void>} */
let queue = Promise.resolve();

/** @param {Turn} one */
const post = (one) => (queue = queue.then(() => deliver(one.id)));

/** Wakes a message that waits. */
let wake = () => {};
addEventListener("online", () => wake());

/** @param {number} time in milliseconds */
const pause = (time) =>
  new Promise((resolve) => {
    wake = () => resolve(0);
    setTimeout(resolve, time);
  });

/** @param {string} id */
async function deliver(id) {
  for (let tries = 0; turn(id)?.state == "send"; tries++) {
    const { token } = memory;
    const { text: message } = /** @type {Turn} */ (turn(id));
    busy(true);
    try {
      const page = location.origin + location.pathname;
      const data = await call("message", { token: token || null, message_id: id, message, page, lang });
      settle(id, (one, all) => {
        all.token = string(data.token);
        one.replies = each(data.replies, asReply);
        one.state = one.replies.length ? "" : "fail";
        if (one.state || one.note != "expired") one.note = one.state && "error";
        if (one.replies[0]?.outcome == "erased") all.turns = [one];
      });
      if (!memory.turns[1]) drawAll();
      if (turn(id)) arrived(/** @type {Turn} */ (turn(id)));
    } catch (error) {
      const { kind, text, wait } = /** @type {Trouble} */ (error);
      if (!kind) throw error;
      busy(false);
      const passing = kind == "rate_limited" || kind == "unavailable";
      if (kind == "session" && token) {
        settle(id, (one, all) => ((all.token = ""), (one.note = "expired")));
      } else if (kind == "offline" || (passing && tries < 5)) {
        settle(id, (one) => (one.note = kind == "offline" ? kind : "busy"));
        await pause(wait || Math.min(1000 * 2 ** tries, 30000));
      } else {
        settle(id, (one) => ((one.state = "fail"), (one.note = text || "error")));
      }
    }
  }
  busy(false);
}

/** Changes a turn, if it is still there, and shows it. @param {string} id @param {(one: Turn, all: Memory) => void} act */
function settle(id, act) {
  const before = turn(id)?.note;
  change((all) => {
    const one = turn(id);
    if (one) act(one, all);
  });
  const one = turn(id);
  if (one) draw(one);
  if (one?.note && one.note != before) {
    announce(noteText(one));
    emit("error", { text: noteText(one) });
  }
}

/** What a turn's note says: a name of {@link TEXTS} or the server's own words. @param {Turn} one */
const noteText = (one) => (one.note in TEXTS.en ? say(one.note) : one.note);
