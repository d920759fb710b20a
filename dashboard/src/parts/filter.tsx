// A search field that waits until its user has stopped typing. `/` goes to the first one of the page.

import { useEffect, useRef, useState } from 'preact/hooks';

const WAIT_MS = 200;

export function Filter({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const told = useRef(value);
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (text === told.current) return undefined;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text);
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      class="filter"
      type="search"
      data-search
      aria-label={label}
      placeholder={`${label}   /`}
      value={text}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => setText(event.currentTarget.value)}
    />
  );
}
