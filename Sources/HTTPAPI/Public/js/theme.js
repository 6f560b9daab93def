// Before the first paint, so a classic script in the head: an inline one is forbidden by the page's own policy.
'use strict';
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let stored = null;
  try {
    stored = localStorage.getItem('sandmartin.theme');
  } catch {
    /* storage is switched off: follow the system */
  }
  let choice = ['light', 'dark'].includes(stored) ? stored : 'system';

  const apply = () => {
    document.documentElement.dataset.theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
    dispatchEvent(new Event('themechange'));
  };
  dark.addEventListener('change', apply);
  apply();

  /** What the reader chose (`light`, `dark`, `system`), and how to choose. */
  window.theme = {
    get choice() {
      return choice;
    },
    choose(value) {
      choice = value;
      try {
        localStorage.setItem('sandmartin.theme', value);
      } catch {
        /* it lasts as long as the page */
      }
      apply();
    },
  };
})();
