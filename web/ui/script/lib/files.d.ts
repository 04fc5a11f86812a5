// The address of a file that the build copies.
declare module "*.wasm" {
  const address: string;
  export default address;
}
