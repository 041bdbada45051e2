/* Request and right answer of each probe, without modules of Node, because k6 reads them too. manifest.yaml has the text. */

export const PAGE = { path: '/page', text: 'this page is the content of a ConfigMap' }
