import{J as t,K as i,ma as o}from"./chunk-A2IG5HJM.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
