import{g as e}from"./chunk-RLH3V6A7.js";function t({name:r}){return e("h1",{children:["verify ",r]})}export{t as default};
