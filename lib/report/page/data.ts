import { html, type SafeHtml } from '@remix-run/html-template'

/** Data for the page's script. Browsers do not run a script of this type, so the policy need not allow it. */
export const renderData = (id: string, value: unknown): SafeHtml =>
  html`<script type="application/json" id="${id}">
    ${html.raw`${toJson(value)}`}
  </script>`

/** Without `<`, which could end the element, or begin a comment in it. */
const toJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
