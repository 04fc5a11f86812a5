// Codes of other payment systems. Such a code is money: it is refused here, in
// the browser, and goes no further.

/** Whether text looks like a payment code of WeChat, Alipay or UnionPay. */
export function foreign(text: string): boolean {
  const digits = text.replace(/\s/g, "");
  return /^1[0-5]\d{16}$/.test(digits) || /^(2[5-9]|30)\d{14,22}$/.test(digits) || /^62\d{17}$/.test(digits);
}

/** Whether text is a member's code: 18 digits, prefix 77, Luhn. */
export function ours(text: string): boolean {
  const digits = text.replace(/\s/g, "");
  if (!/^77\d{16}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 18; i++) {
    let d = Number(digits[17 - i]);
    if (i % 2 === 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return sum % 10 === 0;
}
