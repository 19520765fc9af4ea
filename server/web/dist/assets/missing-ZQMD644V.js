import{J as t,K as i,ma as o}from"./chunk-EE5GKOLW.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
