import{J as t,K as i,na as o}from"./chunk-HD74KTR3.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
