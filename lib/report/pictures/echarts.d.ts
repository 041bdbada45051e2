/** The library in one file. It comes without types of its own. */
declare module 'echarts/dist/echarts.esm.min' {
  export * from 'echarts'
}
