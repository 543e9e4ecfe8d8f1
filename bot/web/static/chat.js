// The chat page: the evidence panel, spoken announcements, files to keep.
(() => {
  const panel = document.getElementById("evidence");
  const body = document.getElementById("evidence-body");
  const live = document.getElementById("live");
  const texts = document.getElementById("texts").dataset;
  const small = matchMedia("(max-width: 999px)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let opener = null;
  if (history.state?.sheet) history.replaceState(null, ""); // the sheet does not outlive its page

  // A link to a clause carries everything the panel needs, so evidence belongs to its message.
  function evidenceAddress(link) {
    const url = new URL(link.href, location.href);
    const match = url.pathname.match(/^\/documents\/([^/]+)$/);
    if (url.origin !== location.origin || !match || !url.hash) return null;
    return `/documents/${match[1]}/evidence/${url.hash.slice(1)}${url.search}`;
  }

  async function open(link, asked = true) {
    const address = evidenceAddress(link);
    if (!address) return;
    if (asked) opener = link;
    if (asked && small.matches && !history.state?.sheet) history.pushState({ sheet: true }, ""); // "back" closes the sheet
    document.querySelectorAll(".wc-open").forEach((old) => old.classList.remove("wc-open"));
    link.classList.add("wc-open");
    say(panel.dataset.loading);
    panel.classList.add("wc-shown");
    document.body.classList.add("wc-sheet");
    try {
      const reply = await fetch(address, { headers: { Accept: "text/html" } });
      if (!reply.ok) throw new Error(String(reply.status));
      body.innerHTML = await reply.text(); // our own template, which escapes every text
    } catch {
      say(panel.dataset.failed);
      return;
    }
    if (asked) document.getElementById("evidence-heading").focus({ preventScroll: true });
    const place = body.querySelector("mark.wc-quote") ?? body.querySelector(".wc-current");
    body.scrollTop = 0;
    const down = place ? place.getBoundingClientRect().top - body.getBoundingClientRect().top : 0;
    if (down > body.clientHeight * 0.65) body.scrollTop = down - body.clientHeight / 3;
  }

  function say(text) {
    body.replaceChildren(Object.assign(document.createElement("p"), { className: "wc-quiet", textContent: text }));
  }

  function close() {
    if (history.state?.sheet) history.back();
    panel.classList.remove("wc-shown");
    document.body.classList.remove("wc-sheet");
    if (!small.matches) say(panel.dataset.empty);
    document.querySelectorAll(".wc-open").forEach((old) => old.classList.remove("wc-open"));
    opener?.focus();
    opener = null;
  }

  document.addEventListener("click", (event) => {
    const clear = event.target.closest("#do-clear");
    if (clear) {
      if (confirm(texts.confirm)) forget();
      return;
    }
    if (event.target.closest("#do-print")) print();
    if (event.target.closest("#evidence-close")) close();
    const link = event.target.closest("#chat a[href]");
    if (!link) {
      touched(event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (evidenceAddress(link)) {
      event.preventDefault();
      event.stopPropagation();
      open(link);
    }
  }, true);

  // An older message brings its own source back; beside the sheet of a phone, a tap closes it.
  function touched(event) {
    if (small.matches) {
      if (panel.classList.contains("wc-shown") && !panel.contains(event.target)) close();
      return;
    }
    const answer = event.target.closest("#chat .wc-answer");
    if (!answer || event.target.closest("button, summary, a") || String(getSelection())) return;
    const source = answer.querySelector("a.wc-cite, a.wc-source");
    if (source && !answer.querySelector(".wc-open")) open(source, false);
  }

  // Works without the server too: everything that is kept is kept here.
  function forget() {
    for (const store of [localStorage, sessionStorage]) {
      Object.keys(store).filter((key) => /^wence-(exchanges|choices)/.test(key)).forEach((key) => store.removeItem(key));
    }
    location.replace("/");
  }

  addEventListener("popstate", () => {
    if (panel.classList.contains("wc-shown") && small.matches) close();
  });
  addEventListener("pagehide", () => window.speechSynthesis?.cancel());
  addEventListener("beforeprint", () => {
    const printed = document.getElementById("printed");
    printed.textContent = printed.dataset.text + new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.classList.contains("wc-shown")) close();
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step && event.target.matches("#audience input")) { // Gradio gives each choice a group of its own
      const choices = [...document.querySelectorAll("#audience input")];
      const next = choices[(choices.indexOf(event.target) + step + choices.length) % choices.length];
      event.preventDefault();
      next.focus();
      next.click();
    }
  });

  // Read aloud and copy are made here: they are of no use without scripts.
  function speak(button, text) {
    const talking = speechSynthesis.speaking;
    speechSynthesis.cancel();
    if (talking) return;
    const speech = Object.assign(new SpeechSynthesisUtterance(text), { lang: "zh-CN" });
    speech.onend = speech.onerror = () => { button.textContent = texts.speak; };
    button.textContent = texts.silence;
    speechSynthesis.speak(speech);
  }

  // The link holds the question and its region only; a phone offers its own way to pass it on.
  async function share(button, url) {
    try {
      if (small.matches && navigator.share) return await navigator.share({ url });
    } catch { return; }
    button.textContent = await window.wencePage.copy(url) ? texts.linkCopied : url;
    setTimeout(() => { button.textContent = texts.share; }, 1600);
  }

  async function judge(row, answer, verdict, reason = null) {
    const links = [...answer.querySelectorAll("a.wc-cite")].map((link) => new URL(link.href, location.href));
    const clauses = [...new Set(links.map((url) => decodeURIComponent(url.pathname.split("/")[2] + url.hash)))];
    const status = answer.className.match(/wc-answer wc-(\w+)/)[1];
    row.querySelectorAll(".wc-judge").forEach((old) => old.remove());
    row.append(Object.assign(document.createElement("span"), { className: "wc-judge", role: "status", textContent: texts.thanks }));
    const reference = answer.querySelector(".wc-reference")?.textContent.match(/[0-9a-f]{8,}(-\d+)?/)?.[0];
    const body = JSON.stringify({ verdict, reason, status, reference, clauses: clauses.slice(0, 20) });
    await fetch("/api/v1/feedback", { method: "POST", body }).catch(() => {}); // of no concern to the reader
  }

  function askReason(row, answer, make) {
    row.querySelectorAll(".wc-judge").forEach((old) => old.remove());
    for (const pair of texts.reasons.split(";")) {
      const [reason, label] = pair.split("=");
      make(label, () => judge(row, answer, "down", reason), "wc-judge");
    }
    row.querySelector(".wc-judge").focus();
  }

  function offer(answer) {
    const row = answer.querySelector(".wc-actions");
    if (!row || row.querySelector("button")) return;
    const make = (label, act, className = "") => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
      button.addEventListener("click", () => act(button));
      row.append(button);
    };
    const said = () => [...answer.querySelectorAll(".wc-lead, .wc-text, .wc-table td, .wc-notes li")]
      .map((part) => part.innerText.replace(/〔\d+〕/g, "")).join("\n");
    make(texts.share, (button) => share(button, row.querySelector(".wc-share").href));
    if ("speechSynthesis" in window) make(texts.speak, (button) => speak(button, said()));
    make(texts.copy, async (button) => {
      const whole = [...answer.children].filter((part) => part !== row).map((part) => part.innerText);
      button.textContent = await window.wencePage.copy(whole.join("\n")) ? texts.copied : texts.copy;
      setTimeout(() => { button.textContent = texts.copy; }, 1600);
    });
    row.append(row.querySelector(".wc-share"));
    make(texts.helped, () => judge(row, answer, "up"), "wc-judge");
    make(texts.notHelped, () => askReason(row, answer, make), "wc-judge");
  }

  // A finished answer is announced once and brought into view from its question down.
  let seen = 0;
  let told = "";
  function look() {
    const chat = document.getElementById("chat");
    if (!chat) return;
    const answers = chat.querySelectorAll(".wc-answer");
    const questions = chat.querySelectorAll(".wc-question");
    chat.querySelectorAll("[aria-label*='<div']").forEach((row) => row.removeAttribute("aria-label"));
    chat.querySelector("[aria-live=polite]")?.setAttribute("aria-live", "off"); // announced once, below
    document.body.classList.toggle("wc-talking", questions.length > 0);
    document.body.classList.toggle("wc-working", chat.querySelector(".wc-working") !== null);
    answers.forEach(offer);
    document.querySelectorAll("#audience input").forEach((choice) => { choice.name = "audience"; }); // one group
    chat.querySelectorAll(".options:not([role])").forEach((row) => {
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", texts.next);
    });
    const notice = document.querySelector("#notice p")?.textContent ?? "";
    if (notice && notice !== told) live.textContent = notice;
    told = notice;
    if (answers.length === seen) return;
    const arrived = answers.length > seen;
    seen = answers.length;
    if (!arrived || !answers.length) return;
    if (location.search) history.replaceState(null, "", location.pathname); // a shared link asks once
    const last = answers[answers.length - 1];
    const lead = last.querySelector(".wc-lead")?.textContent ?? "";
    const first = last.querySelector(":scope > :not(details) a.wc-cite");
    opener = null; // the reader stays where they are
    if (first && !small.matches) open(first, false); // the source stands beside the answer at once
    else close();
    const status = [...last.querySelector(".wc-status").childNodes].map((part) => part.textContent.trim()).filter(Boolean);
    live.textContent = `${texts.ready}${status.join("，")}。${lead}`;
    questions[questions.length - 1]?.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; look(); });
  }).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });

  window.wence = {
    // What was typed while an answer was being made stays in the box.
    settle(box, turn) {
      if (!turn) return box;
      return turn.force || !box.trim() || box.trim() === turn.asked.trim() ? turn.text : box;
    },
    download(file) {
      if (!file) return;
      const bytes = Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
      const url = URL.createObjectURL(new Blob([bytes], { type: file.type }));
      Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    },
  };
})();
