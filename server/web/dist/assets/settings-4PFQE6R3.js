import{g as t}from"./chunk-RLH3V6A7.js";function o({name:e}){return t("h1",{children:["settings ",e]})}export{o as default};
