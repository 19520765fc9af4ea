import{g as e}from"./chunk-RLH3V6A7.js";function t({name:o}){return e("h1",{children:["home ",o]})}export{t as default};
