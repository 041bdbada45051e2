/** Unpacks the sections of drills that the reader comes near. Their HTML was written with the page. */
export function unpackWhenNear(): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue
        observer.unobserve(target)
        void unpack(target as HTMLElement)
      }
    },
    { rootMargin: '800px' },
  )
  for (const section of document.querySelectorAll('[data-packed]')) observer.observe(section)
}

async function unpack(section: HTMLElement): Promise<void> {
  const bytes = Uint8Array.from(atob(section.dataset.packed ?? ''), (letter) => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const template = document.createElement('template')
  template.innerHTML = await new Response(stream).text()
  section.replaceWith(template.content)
}
