export default {
  test: { include: ['suites/*.vitest.mjs'], setupFiles: ['leakguard/test/vitest'] },
};
