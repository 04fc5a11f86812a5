// What a visit does with script.
export {};
