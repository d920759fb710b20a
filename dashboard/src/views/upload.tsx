// Heap snapshots from the visitor's disk, by drag and drop or by a file dialog. They go to this server only, which is
// on the visitor's own machine unless somebody set it up otherwise.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type ApiError, query, send } from '../api/client';
import { asApiError } from '../api/resource';
import { bytes } from '../format';
import { Failure } from '../parts/status';
import { go, href } from '../route';
import { capabilities, refreshReport, refreshSnapshots } from '../state';

const over = signal(false);
const sending = signal<string | null>(null);
const failure = signal<ApiError | null>(null);

/** Files may be dropped on any view: the browser would go to them, away from the page. */
export function useDrop(): void {
  const wanted = capabilities.value.upload;
  useEffect(() => {
    if (!wanted) return undefined;
    const drag = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      over.value = event.type !== 'dragleave' || event.relatedTarget !== null;
    };
    const drop = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      over.value = false;
      // Where one sees them come in.
      go(href(['overview']));
      void upload([...event.dataTransfer.files]);
    };
    const handlers = { dragover: drag, dragenter: drag, dragleave: drag, drop };
    for (const [name, handler] of Object.entries(handlers)) addEventListener(name, handler as EventListener);
    return () => {
      for (const [name, handler] of Object.entries(handlers)) removeEventListener(name, handler as EventListener);
    };
  }, [wanted]);
}

export function DropHint() {
  return over.value ? <p class="drop-hint">Drop to look into it</p> : null;
}

export function Upload() {
  return (
    <section class="upload" aria-label="Add snapshots">
      <label>
        Drop <code>.heapsnapshot</code> files anywhere, or <span class="link">choose them</span>
        <input
          type="file"
          multiple
          accept=".heapsnapshot,.gz,.json"
          onChange={(event) => {
            void upload([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </label>
      {sending.value !== null && <p role="status">{sending.value}</p>}
      {failure.value !== null && <Failure error={failure.value} />}
    </section>
  );
}

async function upload(files: File[]): Promise<void> {
  failure.value = null;
  // In the order in which they were taken, which is what the diagnosis goes by.
  for (const file of files.toSorted((a, b) => a.lastModified - b.lastModified || a.name.localeCompare(b.name))) {
    sending.value = `Reading ${file.name}, ${bytes(file.size)}`;
    try {
      await send('POST', `explore/files${query({ name: file.name })}`, file);
    } catch (error) {
      failure.value = asApiError(error);
    }
    await refreshSnapshots();
  }
  sending.value = null;
  await refreshReport();
}
