// Every page: type size, dark mode, and copying a citation.
(() => {
  const root = document.documentElement;
  const keep = (name, value) => { try { localStorage.setItem(`wence-${name}`, value); } catch { /* private window */ } };

  function apply(button) {
    const on = root.classList.contains(`wc-${button.dataset.toggle}`);
    button.setAttribute("aria-pressed", String(on));
    if (button.dataset.toggle === "dark") document.body.classList.toggle("dark", on);
  }

  // Off a secure connection there is no clipboard but the old way.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const focused = document.activeElement;
      const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      focused?.focus({ preventScroll: true });
      return done;
    }
  }
  window.wencePage = { copy };

  document.querySelectorAll(".wc-toggle").forEach(apply);
  const theme = () => document.body.classList.toggle("dark", root.classList.contains("wc-dark"));
  if (document.querySelector("gradio-app")) new MutationObserver(() => {
    if (document.body.classList.contains("dark") !== root.classList.contains("wc-dark")) theme();
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  if (matchMedia("(max-width: 900px)").matches) document.querySelector(".wc-contents details")?.removeAttribute("open");
  if (matchMedia("(min-width: 900px) and (min-height: 800px)").matches) document.querySelector(".wc-held")?.setAttribute("open", "");
  document.querySelectorAll(".wc-copy[hidden], .wc-printer[hidden]").forEach((button) => { button.hidden = false; });
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((part) => { part.open = true; });
  });
  document.addEventListener("click", (event) => {
    const toggle = event.target.closest(".wc-toggle");
    if (toggle) {
      root.classList.toggle(`wc-${toggle.dataset.toggle}`);
      keep(toggle.dataset.toggle, root.classList.contains(`wc-${toggle.dataset.toggle}`));
      apply(toggle);
    }
    const button = event.target.closest(".wc-copy");
    if (button) {
      const label = button.textContent;
      copy(button.dataset.copy).then((done) => { button.textContent = done ? button.dataset.done : label; });
      setTimeout(() => { button.textContent = label; }, 1600);
    }
    if (event.target.closest(".wc-printer")) print();
  });
})();
