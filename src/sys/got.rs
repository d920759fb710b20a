//! Global offset tables: the slots through which loaded objects call each other's functions.
//!
//! In: function names. Out: for each slot that holds one of them, its address. The loader's tables are
//! read in the parent, before the fork, because reading them takes the loader's lock, which another
//! thread may hold at the instant of the fork; the child only writes.
//!
//! Format: System V ABI, "Dynamic Section" and "Relocation"; both `DT_JMPREL` (calls through the PLT) and
//! `DT_RELA` (`-fno-plt`, address taken) are searched, in every loaded object, because a distribution may
//! have moved V8 or libuv out of the executable into `libnode.so`.

use std::ffi::{CStr, c_int, c_void};

/// An entry of the dynamic section.
#[repr(C)]
#[derive(Clone, Copy)]
struct Dyn {
    tag: i64,
    value: u64,
}

/// A relocation with addend.
#[repr(C)]
#[derive(Clone, Copy)]
struct Rela {
    offset: u64,
    info: u64,
    addend: i64,
}

/// A symbol; only its name is looked at.
#[repr(C)]
#[derive(Clone, Copy)]
struct Sym {
    name: u32,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

const DT_NULL: i64 = 0;
const DT_PLTRELSZ: i64 = 2;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_JMPREL: i64 = 23;

/// The relocation types whose slot holds a bare function address: `GLOB_DAT`, `JUMP_SLOT`.
#[cfg(target_arch = "x86_64")]
const SLOT_TYPES: [u32; 2] = [6, 7];
#[cfg(target_arch = "aarch64")]
const SLOT_TYPES: [u32; 2] = [1025, 1026];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const SLOT_TYPES: [u32; 0] = [];

/// Whether this processor's relocations are known.
pub(super) const SUPPORTED: bool = !SLOT_TYPES.is_empty();

/// Addresses of slots, valid as long as no object is unloaded (Node unloads none).
pub(super) struct Slots {
    addresses: Vec<usize>,
    page: usize,
}

struct Search<'a> {
    names: &'a [&'a CStr],
    found: Vec<usize>,
}

impl Slots {
    /// All slots of all loaded objects that hold one of the named functions.
    pub(super) fn find(names: &[&CStr]) -> Self {
        let mut search = Search { names, found: Vec::with_capacity(16) };
        // SAFETY: `visit` treats its last argument as the `Search` it is, which outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        // SAFETY: no pointers involved.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        Self { addresses: search.found, page: usize::try_from(page).unwrap_or(4096) }
    }

    pub(super) fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Makes every slot call `function` instead. Allocates nothing and takes no lock.
    ///
    /// # Safety
    /// `function` must have the signature of the functions searched for, and no other thread may be
    /// calling through the slots: for use in a freshly forked, one-threaded child.
    pub(super) unsafe fn point_at(&self, function: usize) -> bool {
        for &address in &self.addresses {
            let page = (address & !(self.page - 1)) as *mut c_void;
            // After relocation the table is usually read-only (RELRO).
            // SAFETY: the page holds the slot, so it is mapped, and it held data before.
            let status = unsafe { libc::mprotect(page, self.page, libc::PROT_READ | libc::PROT_WRITE) };
            if status != 0 {
                return false;
            }
            // SAFETY: a slot is an aligned, mapped, now writable word, and nobody else runs.
            unsafe { (address as *mut usize).write_volatile(function) };
        }
        true
    }
}

/// `dl_iterate_phdr`'s callback: adds one object's slots to the search.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: `find` passes a live `Search` that nobody else refers to during the call.
    let search = unsafe { &mut *search.cast::<Search>() };
    // SAFETY: the loader hands over a valid description that lives as long as the call.
    let info = unsafe { &*info };
    if info.dlpi_phdr.is_null() || is_kernel_object(info) {
        return 0;
    }
    // SAFETY: the loader keeps `dlpi_phnum` headers at `dlpi_phdr`.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let base = info.dlpi_addr;
    for header in headers.iter().filter(|header| header.p_type == libc::PT_DYNAMIC) {
        // SAFETY: a PT_DYNAMIC header points at a mapped dynamic section, ended by DT_NULL.
        unsafe { search_dynamic((base + header.p_vaddr) as *const Dyn, base, search) };
    }
    0
}

/// The vDSO has no slots, and its tables keep file offsets instead of addresses.
fn is_kernel_object(info: &libc::dl_phdr_info) -> bool {
    if info.dlpi_name.is_null() {
        return false;
    }
    // SAFETY: a non-null name is a string owned by the loader.
    let name = unsafe { CStr::from_ptr(info.dlpi_name) };
    name.to_bytes().starts_with(b"linux-vdso") || name.to_bytes().starts_with(b"linux-gate")
}

/// # Safety
/// `entry` must be a loaded object's dynamic section and `base` its load address.
unsafe fn search_dynamic(mut entry: *const Dyn, base: u64, search: &mut Search) {
    let (mut strings, mut symbols) = (0, 0);
    let (mut jump, mut jump_size, mut rela, mut rela_size) = (0, 0, 0, 0);
    loop {
        // SAFETY: the caller's promise; the loop ends at DT_NULL.
        let Dyn { tag, value } = unsafe { *entry };
        match tag {
            DT_NULL => break,
            DT_STRTAB => strings = value,
            DT_SYMTAB => symbols = value,
            DT_JMPREL => jump = value,
            DT_PLTRELSZ => jump_size = value,
            DT_RELA => rela = value,
            DT_RELASZ => rela_size = value,
            _ => {}
        }
        // SAFETY: not yet at DT_NULL, so there is a next entry.
        entry = unsafe { entry.add(1) };
    }
    // glibc has added the load address to these values, musl has not.
    let absolute = |address: u64| if address < base { address + base } else { address };
    if strings == 0 || symbols == 0 {
        return;
    }
    let (strings, symbols) = (absolute(strings) as *const u8, absolute(symbols) as *const Sym);
    for (table, size) in [(jump, jump_size), (rela, rela_size)] {
        if table == 0 || size == 0 {
            continue;
        }
        let count = size as usize / size_of::<Rela>();
        // SAFETY: the object says it has `count` relocations there, and it is loaded.
        let relocations = unsafe { std::slice::from_raw_parts(absolute(table) as *const Rela, count) };
        for relocation in relocations {
            if !SLOT_TYPES.contains(&(relocation.info as u32)) {
                continue;
            }
            // SAFETY: the upper half of `info` is an index into the object's symbol table.
            let symbol = unsafe { symbols.add((relocation.info >> 32) as usize) };
            // SAFETY: so there is a symbol.
            let symbol = unsafe { *symbol };
            // SAFETY: `name` is an offset into the object's string table.
            let name = unsafe { strings.add(symbol.name as usize) };
            // SAFETY: string-table entries end with a zero byte.
            let name = unsafe { CStr::from_ptr(name.cast()) };
            if search.names.contains(&name) {
                search.found.push((base + relocation.offset) as usize);
            }
        }
    }
}
