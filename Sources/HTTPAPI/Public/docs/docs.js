// The API reference: Swagger UI over our own contract; the contract itself where Swagger UI is not installed.

import '../js/csp-shim.js';
import { has, styles } from '../js/vendor.js';

const place = document.querySelector('#reference');

async function showReference() {
  await styles('/vendor/swagger-ui/swagger-ui.css');
  await new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/vendor/swagger-ui/swagger-ui-bundle.js';
    script.onload = resolve;
    script.onerror = () => reject(new Error('Swagger UI does not load'));
    document.head.append(script);
  });
  place.replaceChildren();
  window.SwaggerUIBundle({
    url: '/openapi.yaml',
    domNode: place,
    deepLinking: true,
    validatorUrl: null,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
  });
}

async function showText() {
  const text = document.createElement('pre');
  text.textContent = await (await fetch('/openapi.yaml')).text();
  place.replaceChildren(text);
}

try {
  await (has('swagger-ui') ? showReference() : showText());
} catch (error) {
  console.error(error);
  await showText();
}
