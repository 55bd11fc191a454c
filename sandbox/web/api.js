/** The people's side of the pretend Telegram: what a person's phone may ask for, do, and be told. */

async function call(path, body) {
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, body === undefined ? {} : post);
  if (!response.ok) throw new Error(await reason(response));
  return response.json();
}

async function reason(response) {
  const text = await response.text();
  try {
    const { description, error } = JSON.parse(text);
    return description ?? error ?? text;
  } catch {
    return text || response.statusText;
  }
}

export const world = () => call("/world");
export const chats = (person) => call(`/people/${person}/chats`);

/** Adds a person to the world: `first_name`, and if wished `last_name`, `username`, `language`, `theme`, `level`, `groups`. */
export const addPerson = (wanted) => call("/people", wanted);

/** Sets what this Telegram can do: its server's `level`, and `inline`, `inline_feedback`, `guests` as with BotFather. */
export const arrange = (features) => call("/control/features", features);

/** Does one thing as a person in a chat: text, forward, edit, delete, press, start, inline, choose, leave, add, … */
export const act = (person, chat, verb, body = {}) => call(`/people/${person}/chats/${chat}/${verb}`, body);

/** What a camera reads of the code in a photo. */
export const code = async (photo) => (await call(`${photo}/code`)).text;

const listeners = new Map();
let source = null;

/**
 * Hears everything that happens on a person's phone. `onOpen` runs at each (re)connection, when the chats must be
 * read again because events may have been missed. All phones share one stream: a browser keeps only six
 * connections to a host, for all its tabs together.
 */
export function listen(person, onOpen, onEvent) {
  listeners.set(person, { onOpen, onEvent });
  source ??= open();
  if (source.readyState === EventSource.OPEN) onOpen();
}

function open() {
  const stream = new EventSource("/events");
  stream.onopen = () => listeners.forEach(({ onOpen }) => onOpen());
  stream.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    listeners.get(event.person)?.onEvent(event);
  };
  return stream;
}
