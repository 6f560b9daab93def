// CodeMirror and xterm.js build <style> elements and style attributes at run time. `style-src 'self'` blocks those, but
// not constructed style sheets and the CSSOM: this turns the one into the other. It must be the first module that the
// page imports. The page's tests fail on any policy violation, which guards it against a library's new ways.

const createElement = Document.prototype.createElement;
const adopt = (change) => {
  document.adoptedStyleSheets = change([...document.adoptedStyleSheets]);
};

Document.prototype.createElement = function (name, options) {
  if (String(name).toLowerCase() !== 'style') return createElement.call(this, name, options);
  const stand = createElement.call(this, 'x-style');
  const sheet = new CSSStyleSheet();
  let text = '';
  stand.hidden = true;
  adopt((sheets) => [...sheets, sheet]);
  Object.defineProperties(stand, {
    sheet: { get: () => sheet },
    textContent: {
      get: () => text,
      set(value) {
        text = String(value ?? '');
        sheet.replaceSync(text);
      },
    },
    remove: {
      value() {
        adopt((sheets) => sheets.filter((other) => other !== sheet));
        Element.prototype.remove.call(stand);
      },
    },
  });
  return stand;
};

const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name === 'style' && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
