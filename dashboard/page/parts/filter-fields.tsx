import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../text/index.ts";
import { Icon } from "./icons.tsx";
import { useSlash } from "./slash.ts";

/** Milliseconds of quiet after a key before a search begins. */
const QUIET = 350;

/** The field that a list is searched by; `/` goes to it. @param onSearch hears the text once nobody types any more */
export function SearchField(props: {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}) {
  const { label, value, onSearch } = props;
  const field = useSlash();
  const [text, setText] = useState(value);
  const timer = useRef<number | undefined>(undefined);
  // Not where it is what was typed but for spaces at its ends: they may be those of a word to come.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  const type = (typed: string): void => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(typed), QUIET);
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={200}
        onInput={(event) => type(event.currentTarget.value)}
      />
    </div>
  );
}

/** States to choose one of, or all. @param value the chosen one; empty: all */
export function StateChips(props: {
  readonly states: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { states, value, onChange } = props;
  return (
    <div class="chips" role="group" aria-label={t("task.status")}>
      <button type="button" aria-pressed={value === ""} onClick={() => onChange("")}>
        {t("filter.all")}
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={value === state}
          onClick={() => onChange(value === state ? "" : state)}
        >
          {state}
        </button>
      ))}
    </div>
  );
}
