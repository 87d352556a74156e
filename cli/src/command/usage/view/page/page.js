// The page has no figure of its own: it asks for pictures and shows them.

const ALIVE_MS = 15_000;
const KEPT = "token-tracker-view";

const at = (id) => document.getElementById(id);
const fields = { form: at("form"), year: at("year"), by: at("by"), theme: at("theme") };
const [picture, said, save] = [at("picture"), at("said"), at("save")];

let asked = 0;
let svg = "";

/** The link's token is good once; what it is exchanged for is this tab's alone. */
async function enter() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (token !== "") {
    const answer = await fetch("/session", { method: "POST", headers: { authorization: `Bearer ${token}` } });
    if (answer.ok) {
      sessionStorage.setItem(KEPT, (await answer.json()).session);
    }
  }
  return sessionStorage.getItem(KEPT);
}

async function ask(path) {
  const answer = await fetch(path, { headers: { authorization: `Bearer ${sessionStorage.getItem(KEPT)}` } });
  if (!answer.ok) {
    throw new Error(answer.status === 401 ? "refused" : "failed");
  }
  return answer;
}

function end(reason) {
  said.textContent =
    reason === "refused"
      ? "This link has been used already. Run token-tracker usage view again for a new one."
      : "The command has ended. Run token-tracker usage view again to go on.";
  save.disabled = true;
}

async function show() {
  document.documentElement.dataset.theme = fields.theme.value;
  at("measure").hidden = fields.form.value === "year";
  const query = new URLSearchParams({ form: fields.form.value, theme: fields.theme.value });
  for (const name of ["year", "by"]) {
    if (fields[name].value !== "") query.set(name, fields[name].value);
  }
  // Answers may come in another order than they were asked for.
  const turn = ++asked;
  const text = await (await ask(`/picture?${query}`)).text();
  if (turn !== asked) return;
  svg = text;
  const drawn = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  picture.replaceChildren(document.importNode(drawn, true));
  picture.setAttribute("aria-label", drawn.querySelector("title")?.textContent ?? "");
  said.textContent = "";
}

function keep() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  link.download = `usage-${fields.form.value}.svg`;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function start() {
  fields.theme.value = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = fields.theme.value;
  if ((await enter()) === null) return end("refused");
  const known = await (await ask("/facts")).json();
  for (const year of known.years) {
    fields.year.append(new Option(String(year), String(year)));
  }
  await show();
  for (const field of Object.values(fields)) {
    field.addEventListener("change", () => show().catch((error) => end(error.message)));
  }
  save.addEventListener("click", keep);
  // The command goes on for as long as it hears of this page.
  const alive = setInterval(() => ask("/facts").catch((error) => (clearInterval(alive), end(error.message))), ALIVE_MS);
}

start().catch((error) => end(error.message));
