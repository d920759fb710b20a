// Light, dark, or what the system says.

import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'leakguard-theme';

export const theme = signal<Theme>(stored());
/** Changes whenever colours do, for what draws on a canvas. */
export const colours = signal(0);

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  colours.value = colours.peek() + 1;
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colours.value += 1;
});

export function nextTheme(): void {
  const dark = theme.value === 'dark' || (theme.value === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  theme.value = dark ? 'light' : 'dark';
}

/** A colour of the style sheet as a canvas understands it. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.className = 'colour-probe';
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}
