// What the page remembers in this browser. Storage can be off or full: then it remembers as long as it is open.

const prefix = 'sandmartin.';
const fallback = new Map();

export const store = {
  get(key, standard = null) {
    try {
      const text = localStorage.getItem(prefix + key);
      if (text != null) return JSON.parse(text);
    } catch {
      /* off, or not ours: the fallback decides */
    }
    return fallback.get(key) ?? standard;
  },

  /** True when it will be there after a reload. */
  set(key, value) {
    fallback.set(key, value);
    try {
      localStorage.setItem(prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },

  remove(key) {
    fallback.delete(key);
    try {
      localStorage.removeItem(prefix + key);
    } catch {
      /* it is off */
    }
  },
};
