// Every page: type size, dark mode, and copying a citation.
(() => {
  const root = document.documentElement;
  const keep = (name, value) => { try { localStorage.setItem(`wence-${name}`, value); } catch { /* private window */ } };

  function apply(button) {
    const on = root.classList.contains(`wc-${button.dataset.toggle}`);
    button.setAttribute("aria-pressed", String(on));
    if (button.dataset.toggle === "dark") document.body.classList.toggle("dark", on);
  }

  async function copy(button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: button.dataset.copy });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 1600);
  }

  document.querySelectorAll(".wc-toggle").forEach(apply);
  const theme = () => document.body.classList.toggle("dark", root.classList.contains("wc-dark"));
  if (document.querySelector("gradio-app")) new MutationObserver(() => {
    if (document.body.classList.contains("dark") !== root.classList.contains("wc-dark")) theme();
  }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  if (matchMedia("(max-width: 900px)").matches) document.querySelector(".wc-contents details")?.removeAttribute("open");
  document.querySelectorAll(".wc-copy[hidden]").forEach((button) => { button.hidden = false; });
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
    if (button) copy(button);
  });
})();
