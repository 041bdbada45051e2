import { html, type SafeHtml } from '@remix-run/html-template'

/**
 * An SVG picture with its words for a screen reader. The chart library has escaped the names in it. On a narrow screen it scrolls by
 * itself.
 */
export const renderPicture = (svg: string, label: string, caption: SafeHtml | null = null): SafeHtml =>
  html`<figure>
    <div class="picture" role="img" tabindex="0" aria-label="${label}">${html.raw`${svg}`}</div>
    ${caption === null ? null : html`<figcaption>${caption}</figcaption>`}
  </figure>`
