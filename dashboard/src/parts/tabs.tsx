// Parts of a view, each with its address: so they are links.

import { useLayoutEffect, useRef } from 'preact/hooks';

export function Tabs({ label, tabs, current }: { label: string; tabs: { key: string; title: string; href: string }[]; current: string }) {
  const list = useRef<HTMLElement>(null);
  // On a small screen they are wider than it; where one is must be in sight.
  useLayoutEffect(() => {
    const { current: nav } = list;
    const tab = nav?.querySelector<HTMLElement>('[aria-current]') ?? null;
    if (nav !== null && tab !== null) nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.clientWidth) / 2;
  }, [current]);
  return (
    <nav class="tabs" aria-label={label} ref={list}>
      {tabs.map(({ key, title, href }) => (
        <a key={key} href={href} aria-current={key === current ? 'page' : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
