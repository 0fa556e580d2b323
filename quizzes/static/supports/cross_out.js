// A button beside each answer choice that crosses it out. A crossed-out choice can still be chosen.
import { loaded, marks, onQuestion } from "./page_marks.js";

const template = document.querySelector("template[data-cross-out]");

function set(option, button, isCrossed) {
  option.toggleAttribute("data-crossed", isCrossed);
  // Arrow keys go from choice to choice, past the buttons.
  option.querySelector("input").setAttribute("aria-description", isCrossed ? template.dataset.crossOut : "");
  button.setAttribute("aria-pressed", String(isCrossed));
}

/** Where the mark of a choice is. Every true-or-false question has the same two tokens, so its number comes first. */
function placeOf(input) {
  if (!["true", "false"].includes(input.value)) return input.value;
  const [number] = /\d+(?=\/$)/.exec(input.form.action);
  return `${number}-${input.value}`;
}

function addButton(option) {
  const place = placeOf(option.querySelector("input"));
  const button = template.content.cloneNode(true).querySelector("button");
  button.querySelector(".vh").append(option.querySelector("span").textContent);
  set(option, button, marks.get("crossed", place) !== "");
  button.addEventListener("click", () => {
    const isCrossed = !option.hasAttribute("data-crossed");
    set(option, button, isCrossed);
    marks.set("crossed", place, isCrossed ? "1" : "");
  });
  option.after(button);
}

loaded.then(() => onQuestion((question) => {
  for (const option of question.querySelectorAll("form[data-answers] label.opt")) {
    // Not by `:has`, which Firefox lacks before 121.
    if (!option.nextElementSibling?.matches(".cross")) addButton(option);
  }
}));
