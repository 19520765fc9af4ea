import{H as t,I as i,ha as o}from"./chunk-7A3M7PRF.js";function r(){return t(o,{what:"page",id:i.value})}export{r as default};
