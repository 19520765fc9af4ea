import{g as e}from"./chunk-RLH3V6A7.js";function o({name:t}){return e("h1",{children:["live ",t]})}export{o as default};
