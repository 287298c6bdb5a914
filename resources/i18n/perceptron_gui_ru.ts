<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ru" sourcelanguage="en">
<context>
    <name>ActivationPlot</name>
    <message>
        <source>Activation σ(z)</source>
        <translation>Активация</translation>
    </message>
    <message>
        <source>slope {y_pred} * (1 - {y_pred}) = {value}</source>
        <translation>наклон {y_pred} * (1 - {y_pred}) = {value}</translation>
    </message>
    <message>
        <source>the gradient is exactly 0 here</source>
        <translation>градиент здесь ровно 0</translation>
    </message>
    <message>
        <source>of sample {x}</source>
        <translation>для примера {x}</translation>
    </message>
    <message>
        <source>of the points drawn, the gradient is exactly 0 at {count}</source>
        <translation>среди нарисованных точек градиент ровно 0: {count}</translation>
    </message>
    <message>
        <source>{shown} of {total} points drawn</source>
        <translation>показано точек: {shown} из {total}</translation>
    </message>
    <message>
        <source>hollow points: from an earlier state</source>
        <translation>незакрашенные точки: прежнее состояние</translation>
    </message>
    <message>
        <source>slope {value}</source>
        <translation>наклон {value}</translation>
    </message>
</context>
<context>
    <name>CheckTable</name>
    <message>
        <source>chain rule, float64</source>
        <translation>правило цепочки, float64</translation>
    </message>
    <message>
        <source>formula, float64</source>
        <translation>формула, float64</translation>
    </message>
    <message>
        <source>central difference, float64</source>
        <translation>центральная разность, float64</translation>
    </message>
    <message>
        <source>The difference from PyTorch&apos;s float32</source>
        <translation>Отличие от числа float32 из PyTorch</translation>
    </message>
</context>
<context>
    <name>CodeCell</name>
    <message>
        <source>{count} lines more: copy what PyTorch printed to read them</source>
        <translation>ещё строк: {count}; чтобы прочесть их, скопируйте напечатанное PyTorch</translation>
    </message>
    <message>
        <source>The graph is spent.</source>
        <translation>Граф израсходован.</translation>
    </message>
    <message>
        <source>The graph is kept.</source>
        <translation>Граф сохранён.</translation>
    </message>
    <message>
        <source>Added to what was there: the sum of {count} Backwards.</source>
        <translation>Прибавлено к тому, что было; слагаемых (обратных проходов) в сумме: {count}.</translation>
    </message>
    <message>
        <source>Backwards summed in W.grad: {W}, in b.grad: {b}.</source>
        <translation>Обратных проходов в сумме: {W} в W.grad, {b} в b.grad.</translation>
    </message>
    <message>
        <source>Changed all the same: {names}.</source>
        <translation>Всё же изменилось: {names}.</translation>
    </message>
    <message>
        <source>The last Forward is dropped.</source>
        <translation>Последний прямой проход отброшен.</translation>
    </message>
    <message>
        <source>New tensors: .grad is None.</source>
        <translation>Новые тензоры: .grad — None.</translation>
    </message>
</context>
<context>
    <name>CodeView</name>
    <message>
        <source>Copy code</source>
        <translation>Копировать код</translation>
    </message>
    <message>
        <source>Copy all code from the start</source>
        <translation>Копировать весь код с начала</translation>
    </message>
    <message>
        <source>Copy what PyTorch printed</source>
        <translation>Копировать напечатанное PyTorch</translation>
    </message>
    <message>
        <source>What PyTorch did</source>
        <translation>Что сделал PyTorch</translation>
    </message>
</context>
<context>
    <name>ContourPlot</name>
    <message>
        <source>Contour</source>
        <translation>Линии уровня</translation>
    </message>
    <message>
        <source>start</source>
        <translation>начало</translation>
    </message>
    <message>
        <source>Parameter to the right</source>
        <translation>Параметр вправо</translation>
    </message>
    <message>
        <source>Parameter upwards</source>
        <translation>Параметр вверх</translation>
    </message>
    <message>
        <source>{axis}: an element of W or b</source>
        <translation>{axis}: элемент W или b</translation>
    </message>
    <message>
        <source>The surface is a slice of the loss at the present values of all other parameters.
Earlier points of the path lie on other slices.</source>
        <translation>Поверхность — это срез функции потерь при нынешних значениях всех остальных параметров.
Более ранние точки пути лежат на других срезах.</translation>
    </message>
    <message>
        <source>all other parameters as they are now</source>
        <translation>остальные параметры — как сейчас</translation>
    </message>
    <message>
        <source>loss of {x}</source>
        <translation>loss для {x}</translation>
    </message>
    <message>
        <source>loss of all rows</source>
        <translation>loss по всем строкам</translation>
    </message>
    <message>
        <source>darker: lower</source>
        <translation>темнее — ниже</translation>
    </message>
    <message>
        <source>lighter: lower</source>
        <translation>светлее — ниже</translation>
    </message>
    <message>
        <source>after 1 update</source>
        <translation>после 1 обновления</translation>
    </message>
    <message>
        <source>after {count} updates</source>
        <translation>обновлений: {count}</translation>
    </message>
    <message>
        <source>the twin after 1 update</source>
        <translation>двойник после 1 обновления</translation>
    </message>
    <message>
        <source>the twin after {count} updates</source>
        <translation>двойник, обновлений: {count}</translation>
    </message>
    <message>
        <source>loss of its last Forward at this count: {loss}</source>
        <translation>loss его последнего прямого прохода при этом числе обновлений: {loss}</translation>
    </message>
    <message>
        <source>loss of the last Forward there: {loss}</source>
        <translation>loss последнего прямого прохода в этой точке: {loss}</translation>
    </message>
    <message>
        <source>the heights drawn are not those of this point</source>
        <translation>показанные высоты относятся не к этой точке</translation>
    </message>
    <message>
        <source>loss here, read off the surface: {loss}</source>
        <translation>loss здесь, по поверхности: {loss}</translation>
    </message>
    <message>
        <source>click: {values}</source>
        <translation>щелчок: {values}</translation>
    </message>
    <message>
        <source>loss at the nearest grid point ({x}, {y}): {loss}</source>
        <translation>loss в ближайшем узле сетки ({x}, {y}): {loss}</translation>
    </message>
    <message>
        <source>“{text}” is no parameter: W[0, 0] to {W}, b[0] to {b}</source>
        <translation>«{text}» — не параметр: есть W[0, 0] … {W}, b[0] … {b}</translation>
    </message>
    <message>
        <source>too many samples for a surface: mark some rows</source>
        <translation>слишком много примеров для поверхности: отметьте часть строк</translation>
    </message>
    <message>
        <source>the surface could not be computed</source>
        <translation>поверхность вычислить не удалось</translation>
    </message>
    <message>
        <source>the loss is flat here</source>
        <translation>функция потерь здесь плоская</translation>
    </message>
    <message>
        <source>the last {count} points of the path</source>
        <translation>последние точки пути: {count}</translation>
    </message>
</context>
<context>
    <name>DataBar</name>
    <message>
        <source>m: number of samples, the rows of x and y_true</source>
        <translation>m: число примеров — строк в x и y_true</translation>
    </message>
    <message>
        <source>n: number of inputs, the columns of x and the rows of W</source>
        <translation>n: число входов — столбцов в x и строк в W</translation>
    </message>
    <message>
        <source>k: number of outputs, the columns of W, b and y_true</source>
        <translation>k: число выходов — столбцов в W, b и y_true</translation>
    </message>
    <message>
        <source>by</source>
        <translation>по</translation>
    </message>
    <message>
        <source>Rows at a time: Forward takes a part of the batch, and Backward marks the next part</source>
        <translation>Строк за раз: прямой проход берёт часть пакета, обратный проход отмечает следующую часть</translation>
    </message>
    <message>
        <source>all</source>
        <translation>все</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>seed</translation>
    </message>
    <message>
        <source>The seed that the next Randomize or new weights take; then it goes on by one</source>
        <translation>Начальное значение генератора для следующих случайных чисел; после каждого использования растёт на единицу</translation>
    </message>
    <message>
        <source>next seed</source>
        <translation>след. seed</translation>
    </message>
</context>
<context>
    <name>DerivationView</name>
    <message>
        <source>Copy as LaTeX</source>
        <translation>Копировать как LaTeX</translation>
    </message>
    <message>
        <source>Copy the formula as LaTeX ({key})</source>
        <translation>Копировать формулу как LaTeX ({key})</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Копировать как текст</translation>
    </message>
    <message>
        <source>The formula has the values that Forward was made with.</source>
        <translation>В формуле — значения, с которыми был сделан прямой проход.</translation>
    </message>
    <message>
        <source>The table shows {now} by now.</source>
        <translation>Сейчас в таблице {now}.</translation>
    </message>
    <message>
        <source>{element} is a start value, or was typed: no formula until an Update changes it.</source>
        <translation>{element} — начальное или введённое значение: формулы нет, пока его не изменит шаг обновления.</translation>
    </message>
    <message>
        <source>{element} is an input that a person types: it has no formula.</source>
        <translation>{element} — входное значение, его вводит человек: формулы у него нет.</translation>
    </message>
    <message>
        <source>No numbers yet: press Forward.</source>
        <translation>Чисел пока нет: нажмите «Прямой проход».</translation>
    </message>
    <message>
        <source>The last Forward did not take this row.</source>
        <translation>Последний прямой проход эту строку не брал.</translation>
    </message>
    <message>
        <source>.grad is None: no Backward has put anything here.</source>
        <translation>.grad — None: обратный проход сюда ещё ничего не записал.</translation>
    </message>
    <message>
        <source>The 0 that Zero grad left: nothing was added to it since.</source>
        <translation>Нуль, оставшийся после обнуления градиентов: с тех пор к нему ничего не прибавлено.</translation>
    </message>
    <message>
        <source>Of the oldest Backward passes only the sum is kept.</source>
        <translation>От самых ранних обратных проходов сохранена только сумма.</translation>
    </message>
    <message>
        <source>These are the numbers of the last Update.</source>
        <translation>Это числа последнего шага обновления.</translation>
    </message>
    <message>
        <source>An Update of the Run made it. The moments of the Run that an Update ends have its numbers.</source>
        <translation>Это значение дало обновление внутри прогона. Числа формулы видны в тех моментах прогона, которые кончаются обновлением.</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>Вручную</translation>
    </message>
</context>
<context>
    <name>Descent</name>
    <message>
        <source>−lr · stored .grad: {move}</source>
        <translation>−lr · накопленный .grad: {move}</translation>
    </message>
    <message>
        <source>−lr · incoming of the last Backward: {move}</source>
        <translation>−lr · добавка последнего обратного прохода: {move}</translation>
    </message>
    <message>
        <source>−lr · stored</source>
        <translation>−lr · накопленное</translation>
    </message>
    <message>
        <source>−lr · incoming</source>
        <translation>−lr · добавка</translation>
    </message>
    <message>
        <source>{move} (both × {scale})</source>
        <translation>{move} (обе × {scale})</translation>
    </message>
</context>
<context>
    <name>Documents</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>Открыть &amp;недавний</translation>
    </message>
    <message>
        <source>{name} has changes that are not saved. Save them?</source>
        <translation>В «{name}» есть несохранённые изменения. Сохранить их?</translation>
    </message>
    <message>
        <source>Open a session</source>
        <translation>Открыть сеанс</translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation>Сохранить сеанс</translation>
    </message>
    <message>
        <source>session</source>
        <translation>сеанс</translation>
    </message>
    <message>
        <source>Sessions (*{suffix})</source>
        <translation>Сеансы (*{suffix})</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>Без имени</translation>
    </message>
    <message>
        <source>{name} does not exist yet: Save writes it.</source>
        <translation>Файла {name} ещё нет: его запишет команда «Сохранить».</translation>
    </message>
    <message>
        <source>{name} is saved.</source>
        <translation>«{name}»: сохранено.</translation>
    </message>
    <message>
        <source>Save it so</source>
        <translation>Сохранить так</translation>
    </message>
    <message>
        <source>Overwrite it</source>
        <translation>Перезаписать</translation>
    </message>
    <message>
        <source>Reload it</source>
        <translation>Загрузить заново</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Сохранить как…</translation>
    </message>
    <message>
        <source>Do not save</source>
        <translation>Не сохранять</translation>
    </message>
    <message>
        <source>Unsaved work was found: {name}, {when}; changes: {count}.</source>
        <translation>Найдена несохранённая работа: {name}, {when}; изменений: {count}.</translation>
    </message>
    <message>
        <source>Restore it</source>
        <translation>Восстановить</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Позже</translation>
    </message>
    <message>
        <source>Delete it</source>
        <translation>Удалить</translation>
    </message>
    <message>
        <source>{name} was changed by another program since it was opened here. Nothing is saved yet.</source>
        <translation>Файл {name} изменила другая программа после того, как он был открыт здесь. Пока ничего не сохранено.</translation>
    </message>
    <message>
        <source>To stay below 64 MiB, {name} would leave out its oldest {count} entries. Nothing is saved yet.</source>
        <translation>Чтобы файл {name} не превысил 64 МиБ, в него не войдут самые старые записи: {count}. Пока ничего не сохранено.</translation>
    </message>
    <message>
        <source>To stay below 64 MiB, {name} would leave out its oldest {count} entries, and {undone} that were undone. Nothing is saved yet.</source>
        <translation>Чтобы файл {name} не превысил 64 МиБ, в него не войдут самые старые записи ({count}) и отменённые ({undone}). Пока ничего не сохранено.</translation>
    </message>
</context>
<context>
    <name>EntryModel</name>
    <message>
        <source>shown now</source>
        <translation>показано сейчас</translation>
    </message>
    <message>
        <source>undone</source>
        <translation>отменено</translation>
    </message>
    <message>
        <source>Undone. Redo brings it back, and so does a click.</source>
        <translation>Отменено. Вернуть можно повтором или щелчком.</translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>An error in the program</source>
        <translation>Ошибка в программе</translation>
    </message>
    <message>
        <source>Something failed inside the program. The state is as it was; you can go on.</source>
        <translation>Внутри программы произошла ошибка. Состояние осталось прежним; можно продолжать.</translation>
    </message>
    <message>
        <source>The details are in {file}.</source>
        <translation>Подробности — в файле {file}.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Скопировать</translation>
    </message>
    <message>
        <source>Errors since: {count}</source>
        <translation>Ошибок с тех пор: {count}</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Python script</source>
        <translation>Скрипт на Python</translation>
    </message>
    <message>
        <source>Jupyter notebook</source>
        <translation>Блокнот Jupyter</translation>
    </message>
    <message>
        <source>W, b and their gradients have too many numbers for columns of their own: they are not in it.</source>
        <translation>В W, b и их градиентах слишком много чисел для отдельных столбцов: в таблице их нет.</translation>
    </message>
    <message>
        <source>Table of numbers</source>
        <translation>Таблица чисел</translation>
    </message>
    <message>
        <source>NumPy array</source>
        <translation>Массив NumPy</translation>
    </message>
    <message>
        <source>In it are: {names}.</source>
        <translation>В нём: {names}.</translation>
    </message>
    <message>
        <source>weight is W transposed, ({k}, {n}), and bias is b, as torch.nn.Linear({n}, {k}) has them.</source>
        <translation>weight — это транспонированная W, ({k}, {n}), а bias — это b: так они хранятся в torch.nn.Linear({n}, {k}).</translation>
    </message>
    <message>
        <source>state_dict of an nn.Linear</source>
        <translation>state_dict слоя nn.Linear</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Экспорт</translation>
    </message>
    <message>
        <source>that is the name of a session</source>
        <translation>это имя сеанса</translation>
    </message>
    <message>
        <source>{file} is written.</source>
        <translation>Файл {file} записан.</translation>
    </message>
    <message>
        <source>Cancelled: {file} is not written.</source>
        <translation>Отменено: файл {file} не записан.</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Изображение</translation>
    </message>
    <message>
        <source>Drawing of lines and words</source>
        <translation>Векторный рисунок</translation>
    </message>
    <message>
        <source>Report on paper</source>
        <translation>Отчёт для печати</translation>
    </message>
    <message>
        <source>Report as a page</source>
        <translation>Отчёт как веб-страница</translation>
    </message>
</context>
<context>
    <name>FormulaView</name>
    <message>
        <source>… + {count} more</source>
        <translation>… + ещё {count}</translation>
    </message>
</context>
<context>
    <name>GradientPlot</name>
    <message>
        <source>Gradient accumulation</source>
        <translation>Накопление градиента</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>градиент</translation>
    </message>
    <message>
        <source>stored .grad</source>
        <translation>накоплено в .grad</translation>
    </message>
    <message>
        <source>incoming in the last Backward</source>
        <translation>последняя добавка</translation>
    </message>
    <message>
        <source>.grad is None: nothing has been added yet.</source>
        <translation>.grad — None: ещё ничего не прибавлено.</translation>
    </message>
    <message>
        <source>zeros</source>
        <translation>нулей</translation>
    </message>
    <message>
        <source>Backwards: {count}, from {start} on.</source>
        <translation>Обратных проходов: {count}, с {start}.</translation>
    </message>
    <message>
        <source>Backwards: {count}, from {start} on. Their sum is not what is stored in {tensors}.</source>
        <translation>Обратных проходов: {count}, с {start}. Сумма — не то, что лежит в {tensors}.</translation>
    </message>
    <message>
        <source>.grad holds the zeros that Zero grad left; nothing was added since.</source>
        <translation>В .grad нули после обнуления; с тех пор ничего не прибавлено.</translation>
    </message>
    <message>
        <source>Backwards: {count}, from {start} on. Their sum is .grad, bit for bit.</source>
        <translation>Обратных проходов: {count}, с {start}. Сумма — .grad, бит в бит.</translation>
    </message>
    <message>
        <source>… ({count} of {all})</source>
        <translation>… ({count} из {all})</translation>
    </message>
    <message>
        <source>{mark} incoming against stored: {names}</source>
        <translation>{mark} добавка против накопленного: {names}</translation>
    </message>
    <message>
        <source>Difference {difference} to the outline: all rows at the present values.</source>
        <translation>Разница {difference} с контуром: все строки, нынешние значения.</translation>
    </message>
    <message>
        <source>{rows} of {m} rows are in: difference {difference} to the outline, the whole batch.</source>
        <translation>{rows} из {m} строк: разница {difference} с контуром, всем пакетом.</translation>
    </message>
    <message>
        <source>Difference {difference}: the parts add up to the whole batch, the outline.</source>
        <translation>Разница {difference}: части в сумме дают весь пакет, контур.</translation>
    </message>
    <message>
        <source>Off by {difference}: the sum of the means of the parts. Off by {rest}: {mark}, each of them weighted by rows/m.</source>
        <translation>Разница {difference}: сумма средних по частям. Разница {rest}: {mark}, каждое с весом rows/m.</translation>
    </message>
    <message>
        <source>Difference {difference} to the outline: all rows are in, some more than once.</source>
        <translation>Разница {difference} с контуром: есть все строки, иные не раз.</translation>
    </message>
    <message>
        <source>Difference {difference}: all rows are in, yet they do not add up to the outline.</source>
        <translation>Разница {difference}: есть все строки, но сумма не равна контуру.</translation>
    </message>
    <message>
        <source>Next column: turned back.</source>
        <translation>Соседний столбец: сумма пошла назад.</translation>
    </message>
    <message>
        <source>sum or mean</source>
        <translation>сумма или среднее</translation>
    </message>
    <message>
        <source>Hollow slabs: before {names} changed.</source>
        <translation>Пустые слои: до изменения {names}.</translation>
    </message>
    <message>
        <source>Click a slab to see its Backward in every parameter; Esc: none</source>
        <translation>Щелчок по слою: его обратный проход всюду; Esc: снять</translation>
    </message>
    <message>
        <source>sum so far: {sum}</source>
        <translation>сумма до этого места: {sum}</translation>
    </message>
    <message>
        <source>In a column of its own: here the sum turned back.</source>
        <translation>В отдельном столбце: здесь сумма повернула назад.</translation>
    </message>
    <message>
        <source>{backward}: {element} += {added}, sum so far: {sum}</source>
        <translation>{backward}: {element} += {added}, сумма: {sum}</translation>
    </message>
    <message>
        <source>outline, the whole batch: {value}</source>
        <translation>контур, весь пакет: {value}</translation>
    </message>
    <message>
        <source>{mark} weighted by rows/m: {value}</source>
        <translation>{mark} с весами rows/m: {value}</translation>
    </message>
    <message>
        <source>{mark} opposite to what is stored: {value}</source>
        <translation>{mark} против накопленного: {value}</translation>
    </message>
    <message>
        <source>Backwards {numbers}, merged</source>
        <translation>Обратные проходы {numbers}, вместе</translation>
    </message>
    <message>
        <source>Backward {number}, {rows}</source>
        <translation>Обратный проход {number}, {rows}</translation>
    </message>
</context>
<context>
    <name>GraphView</name>
    <message>
        <source>Backward ends here: it adds the gradient to {tensor}.grad.</source>
        <translation>Здесь обратный проход заканчивается: градиент прибавляется к {tensor}.grad.</translation>
    </message>
    <message>
        <source>The tensor it made has no name: {shape}</source>
        <translation>У полученного здесь тензора нет имени: {shape}</translation>
    </message>
    <message>
        <source>No Backward has brought a gradient here yet.</source>
        <translation>Обратный проход ещё не приносил сюда градиент.</translation>
    </message>
    <message>
        <source>Added to {tensor}.grad by the last Backward through this graph: {numbers}</source>
        <translation>Прибавлено к {tensor}.grad последним обратным проходом по этому графу: {numbers}</translation>
    </message>
    <message>
        <source>{tensor}.grad is None now.</source>
        <translation>{tensor}.grad сейчас None.</translation>
    </message>
    <message>
        <source>{tensor}.grad holds now: {numbers}</source>
        <translation>В {tensor}.grad сейчас: {numbers}</translation>
    </message>
    <message>
        <source>Not in the graph, as requires_grad is False: {names}</source>
        <translation>Не входят в граф (requires_grad=False): {names}</translation>
    </message>
    <message>
        <source>The graph could not be computed.</source>
        <translation>Граф не удалось построить.</translation>
    </message>
    <message>
        <source>Forward builds the graph; here it is drawn.</source>
        <translation>Граф строит прямой проход; он появится здесь.</translation>
    </message>
    <message>
        <source>No graph</source>
        <translation>Графа нет</translation>
    </message>
    <message>
        <source>Built</source>
        <translation>Построен</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>Израсходован</translation>
    </message>
    <message>
        <source>No Forward yet: loss does not exist.</source>
        <translation>loss ещё нет: нужен прямой проход.</translation>
    </message>
    <message>
        <source>Backward freed it; Forward builds a new one.</source>
        <translation>Прямой проход построит новый.</translation>
    </message>
    <message>
        <source>Kept by retain_graph=True: Backward can run again.</source>
        <translation>retain_graph=True: можно пройти снова.</translation>
    </message>
    <message>
        <source>Backward can run through it, from right to left.</source>
        <translation>Обратный проход пройдёт справа налево.</translation>
    </message>
    <message>
        <source>Computation graph</source>
        <translation>Граф</translation>
    </message>
</context>
<context>
    <name>HeatMaps</name>
    <message>
        <source>stored</source>
        <translation>накоплено</translation>
    </message>
    <message>
        <source>incoming</source>
        <translation>добавка</translation>
    </message>
    <message>
        <source>Backwards</source>
        <translation>обратных проходов</translation>
    </message>
    <message>
        <source>maps: one of {rows} × {columns} parameters drawn</source>
        <translation>карты: показан один параметр из {rows} × {columns}</translation>
    </message>
</context>
<context>
    <name>ImportCommands</name>
    <message>
        <source>Import</source>
        <translation>Импорт</translation>
    </message>
    <message>
        <source>Tables and tensors ({patterns})</source>
        <translation>Таблицы и тензоры ({patterns})</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import a table</source>
        <translation>Импорт таблицы</translation>
    </message>
    <message>
        <source>The first &amp;line names the columns</source>
        <translation>В первой &amp;строке — названия столбцов</translation>
    </message>
    <message>
        <source>&amp;Between cells:</source>
        <translation>&amp;Между ячейками:</translation>
    </message>
    <message>
        <source>&amp;Decimal mark:</source>
        <translation>&amp;Десятичный знак:</translation>
    </message>
    <message>
        <source>tab</source>
        <translation>табуляция</translation>
    </message>
    <message>
        <source>semicolon ;</source>
        <translation>точка с запятой ;</translation>
    </message>
    <message>
        <source>comma ,</source>
        <translation>запятая ,</translation>
    </message>
    <message>
        <source>point .</source>
        <translation>точка .</translation>
    </message>
    <message>
        <source>The selected columns become:</source>
        <translation>Выбранные столбцы — это:</translation>
    </message>
    <message>
        <source>&amp;not taken</source>
        <translation>&amp;не брать</translation>
    </message>
    <message>
        <source>Inputs: each selected column is one of x</source>
        <translation>Входы: каждый выбранный столбец становится столбцом x</translation>
    </message>
    <message>
        <source>Targets: each selected column is one of y_true</source>
        <translation>Ответы: каждый выбранный столбец становится столбцом y_true</translation>
    </message>
    <message>
        <source>Leave the selected columns out</source>
        <translation>Пропустить выбранные столбцы</translation>
    </message>
    <message>
        <source>The first rows of the file</source>
        <translation>Первые строки файла</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Импорт</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Отмена</translation>
    </message>
    <message>
        <source>{file}: rows {rows}, columns {columns}, {encoding}</source>
        <translation>{file}: строк {rows}, столбцов {columns}, {encoding}</translation>
    </message>
    <message>
        <source>choose</source>
        <translation>выберите</translation>
    </message>
    <message>
        <source>Import tensors</source>
        <translation>Импорт тензоров</translation>
    </message>
    <message>
        <source>&amp;In the file:</source>
        <translation>&amp;В файле:</translation>
    </message>
    <message>
        <source>&amp;Becomes:</source>
        <translation>&amp;Станет:</translation>
    </message>
    <message>
        <source>Reading {file}…</source>
        <translation>Читается {file}…</translation>
    </message>
    <message>
        <source>After the import: {shapes}</source>
        <translation>После импорта: {shapes}</translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>Loss</source>
        <translation>Функция потерь (loss)</translation>
    </message>
    <message>
        <source>loss of this run</source>
        <translation>loss этого прогона</translation>
    </message>
    <message>
        <source>loss of the twin</source>
        <translation>loss двойника</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>loss</translation>
    </message>
</context>
<context>
    <name>MomentStrip</name>
    <message>
        <source>of {count}</source>
        <translation>из {count}</translation>
    </message>
    <message>
        <source>Show the run as it was after so many updates; it is computed again</source>
        <translation>Показать прогон таким, каким он был после стольких обновлений; этот момент вычисляется заново</translation>
    </message>
    <message>
        <source>after update</source>
        <translation>после обновления</translation>
    </message>
</context>
<context>
    <name>PanelDock</name>
    <message>
        <source>Take the panel out of the window, or put it back</source>
        <translation>Вынуть панель из окна или вернуть на место</translation>
    </message>
    <message>
        <source>Hide the panel; the View menu brings it back</source>
        <translation>Скрыть панель; вернуть её можно в меню «Вид»</translation>
    </message>
    <message>
        <source>Show or hide: {panel} ({key})</source>
        <translation>Показать или скрыть: {panel} ({key})</translation>
    </message>
</context>
<context>
    <name>PausedMark</name>
    <message>
        <source>paused while Run is fast</source>
        <translation>пауза, пока прогон идёт быстро</translation>
    </message>
</context>
<context>
    <name>Plot</name>
    <message>
        <source>nan/inf not drawn</source>
        <translation>nan/inf не показаны</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>… and {count} more: In [{first}] to In [{last}]</source>
        <translation>… и ещё {count}: от In [{first}] до In [{last}]</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Начало</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>Ход работы</translation>
    </message>
    <message>
        <source>The numbers in the end</source>
        <translation>Числа в конце</translation>
    </message>
    <message>
        <source>Plots</source>
        <translation>Графики</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>Составлен</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Программа</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Устройство</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Слой</translation>
    </message>
    <message>
        <source>Presses and edits</source>
        <translation>Нажатий и правок</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>Обновлений</translation>
    </message>
    <message>
        <source>Refusals by PyTorch</source>
        <translation>Отказов PyTorch</translation>
    </message>
    <message>
        <source>The lines that PyTorch ran, numbered as in the window; loss is that of a Forward.</source>
        <translation>Строки, которые выполнил PyTorch, под теми же номерами, что и в окне; loss — это потери после прямого прохода.</translation>
    </message>
    <message>
        <source>Of {count} entries the first {first}, the last {last} and those that PyTorch refused are shown.</source>
        <translation>Из {count} записей показаны первые {first}, последние {last} и те, в которых PyTorch отказал.</translation>
    </message>
    <message>
        <source>Undone, and not in this report: {count}.</source>
        <translation>Отменено и в отчёт не вошло: {count}.</translation>
    </message>
    <message>
        <source>After In [{number}].</source>
        <translation>После In [{number}].</translation>
    </message>
    <message>
        <source>There is no Forward of these tensors yet.</source>
        <translation>Прямого прохода с этими тензорами ещё не было.</translation>
    </message>
    <message>
        <source>z, y_pred and loss are of the rows {rows}.</source>
        <translation>z, y_pred и loss относятся к строкам {rows}.</translation>
    </message>
    <message>
        <source>Numbers have 4 decimals, as in the window. All their digits are in the session file and in what File &gt; Export writes; of an HTML report also in the tip where the pointer rests on a number.</source>
        <translation>Числа даны с 4 знаками после запятой, как в окне. Все их цифры есть в файле сеанса и в том, что записывает «Файл &gt; Экспорт»; в отчёте HTML — ещё и в подсказке, если навести указатель на число.</translation>
    </message>
    <message>
        <source>page {number} of {count}</source>
        <translation>страница {number} из {count}</translation>
    </message>
    <message>
        <source>the first {shown} of {total} rows</source>
        <translation>первые {shown} из {total} строк</translation>
    </message>
    <message>
        <source>the first {shown} of {total} columns</source>
        <translation>первые {shown} из {total} столбцов</translation>
    </message>
</context>
<context>
    <name>Run</name>
    <message>
        <source>flat out</source>
        <translation>без пауз</translation>
    </message>
    <message>
        <source>1 phase/s</source>
        <translation>1 фаза/с</translation>
    </message>
    <message>
        <source>2 phases/s</source>
        <translation>2 фазы/с</translation>
    </message>
    <message>
        <source>2 steps/s</source>
        <translation>2 шага/с</translation>
    </message>
    <message>
        <source>{count} steps/s</source>
        <translation>{count} шагов/с</translation>
    </message>
    <message>
        <source>{count} phases/s</source>
        <translation>{count} фаз/с</translation>
    </message>
    <message>
        <source>Stopping: the phase that is being computed is the last.</source>
        <translation>Останавливается: фаза, которая вычисляется сейчас, — последняя.</translation>
    </message>
    <message>
        <source>What was pressed or edited meanwhile is done after it.</source>
        <translation>Нажатое и введённое за это время будет выполнено после неё.</translation>
    </message>
    <message>
        <source>Stop (F5) ends it after a whole phase. A press or an edit stops it first, then is done.</source>
        <translation>«Стоп» (F5) завершает его после целой фазы. Нажатие или правка сначала останавливают прогон, а потом выполняются.</translation>
    </message>
    <message>
        <source>Run: updates done: {count}.</source>
        <translation>Прогон: сделано обновлений: {count}.</translation>
    </message>
    <message>
        <source>Ended by Stop.</source>
        <translation>Остановлен кнопкой «Стоп».</translation>
    </message>
    <message>
        <source>Ended by the press or edit that came next.</source>
        <translation>Остановлен следующим нажатием или правкой.</translation>
    </message>
    <message>
        <source>Ended after as many updates as were set.</source>
        <translation>Завершён: сделано столько обновлений, сколько задано.</translation>
    </message>
    <message>
        <source>Ended because the loss is at most {limit}.</source>
        <translation>Завершён: loss не больше {limit}.</translation>
    </message>
    <message>
        <source>Ended at a number that is not finite (nan or inf).</source>
        <translation>Остановлен: получилось не конечное число (nan или inf).</translation>
    </message>
    <message>
        <source>The last phase was {phase}.</source>
        <translation>Последняя фаза: {phase}.</translation>
    </message>
    <message>
        <source>Without Zero grad.</source>
        <translation>Без обнуления градиентов.</translation>
    </message>
    <message>
        <source>Backwards for each Update: {count}.</source>
        <translation>Обратных проходов на одно обновление: {count}.</translation>
    </message>
    <message>
        <source>Rows shuffled, seed {seed}.</source>
        <translation>Строки перемешаны, seed {seed}.</translation>
    </message>
    <message>
        <source>Within the run: after update {count} of {all}.</source>
        <translation>Внутри прогона: после обновления {count} из {all}.</translation>
    </message>
    <message>
        <source>Run: until {count} updates are done, or the loss is at most {loss}.</source>
        <translation>Прогон идёт, пока число обновлений не достигнет {count} или loss — {loss}.</translation>
    </message>
    <message>
        <source>Run: until {count} updates are done.</source>
        <translation>Прогон идёт, пока число обновлений не достигнет {count}.</translation>
    </message>
    <message>
        <source>Run: until the loss is at most {loss}.</source>
        <translation>Прогон идёт, пока loss больше {loss}.</translation>
    </message>
    <message>
        <source>Run: until it is stopped.</source>
        <translation>Прогон идёт, пока его не остановят.</translation>
    </message>
</context>
<context>
    <name>RunBar</name>
    <message>
        <source>How fast Run goes: from one phase a second up to as fast as PyTorch can. It may change meanwhile</source>
        <translation>Скорость прогона: от одной фазы в секунду до самой большой, на какую способен PyTorch. Её можно менять на ходу</translation>
    </message>
    <message>
        <source>Speed of Run</source>
        <translation>Скорость прогона</translation>
    </message>
    <message>
        <source>updates:</source>
        <translation>обновлений:</translation>
    </message>
    <message>
        <source>Updates done since the tensors were made</source>
        <translation>Сколько обновлений сделано с тех пор, как созданы тензоры</translation>
    </message>
    <message>
        <source>Updates a second, measured over the last second</source>
        <translation>Обновлений в секунду, измерено за последнюю секунду</translation>
    </message>
    <message>
        <source>How many of the updates are done, and how long the others take</source>
        <translation>Какая часть обновлений сделана и сколько времени займут остальные</translation>
    </message>
    <message>
        <source>{rate} updates/s</source>
        <translation>{rate} обновл./с</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>ещё {time}</translation>
    </message>
</context>
<context>
    <name>RunCommands</name>
    <message>
        <source>Sto&amp;p</source>
        <translation>С&amp;топ</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Останов…</translation>
    </message>
    <message>
        <source>It stops after this phase</source>
        <translation>Прогон остановится после этой фазы</translation>
    </message>
    <message>
        <source>Stop after a whole phase; what was done stays</source>
        <translation>Остановить после целой фазы; сделанное останется</translation>
    </message>
</context>
<context>
    <name>RunOptions</name>
    <message>
        <source>never</source>
        <translation>никогда</translation>
    </message>
    <message>
        <source>Stop after so many updates</source>
        <translation>Остановиться после стольких обновлений</translation>
    </message>
    <message>
        <source>Stop at a loss of at most</source>
        <translation>Остановиться, когда loss не больше</translation>
    </message>
    <message>
        <source>Backwards for each Update</source>
        <translation>Обратных проходов на обновление</translation>
    </message>
    <message>
        <source>Seed of the order</source>
        <translation>seed для порядка строк</translation>
    </message>
    <message>
        <source>Run ends when it has done so many updates; 0 is no condition</source>
        <translation>Прогон завершится, сделав столько обновлений; 0 — без этого условия</translation>
    </message>
    <message>
        <source>Run ends after a Forward whose loss is not larger; empty is no condition</source>
        <translation>Прогон завершится после прямого прохода, при котором loss не больше; пусто — без этого условия</translation>
    </message>
    <message>
        <source>So often Forward and Backward before an Update: gradients add up, part by part</source>
        <translation>Столько прямых и обратных проходов перед обновлением: градиенты складываются, часть за частью</translation>
    </message>
    <message>
        <source>The seed of torch.randperm: it goes on by one each time through the batch</source>
        <translation>seed для torch.randperm; с каждым проходом по пакету он увеличивается на единицу</translation>
    </message>
    <message>
        <source>Zero grad after every Update</source>
        <translation>Обнулять градиенты после каждого обновления</translation>
    </message>
    <message>
        <source>Unticked, Zero grad is forgotten: .grad goes on adding up</source>
        <translation>Без галочки обнуление «забыто»: .grad продолжает накапливаться</translation>
    </message>
    <message>
        <source>Shuffle the rows</source>
        <translation>Перемешивать строки</translation>
    </message>
    <message>
        <source>A run goes on as it was begun. What is set now is for the next one.</source>
        <translation>Прогон идёт так, как был начат. Выбранное сейчас — для следующего.</translation>
    </message>
    <message>
        <source>Without a condition it goes on until Stop. At nan or inf it always stops.</source>
        <translation>Без условий прогон идёт до «Стоп». На nan и inf он останавливается всегда.</translation>
    </message>
    <message>
        <source>Each time through the batch its rows are parted in another order</source>
        <translation>С каждым проходом по пакету его строки делятся на части в другом порядке</translation>
    </message>
    <message>
        <source>All rows are taken at once, so they have no order: set “by” beside m first</source>
        <translation>Все строки берутся сразу, и порядка у них нет: сначала задайте «по» рядом с m</translation>
    </message>
</context>
<context>
    <name>SettingsBar</name>
    <message>
        <source>Learning rate: Update subtracts the gradient times this</source>
        <translation>Скорость обучения: множитель при градиенте, который вычитает обновление</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Скорость обучения</translation>
    </message>
    <message>
        <source>Backward keeps the graph, so that it can go back through it again</source>
        <translation>Обратный проход сохраняет граф, и по нему можно пройти ещё раз</translation>
    </message>
    <message>
        <source>zero by</source>
        <translation>обнуление</translation>
    </message>
    <message>
        <source>The notebook zeroes in place; optimizers set None since PyTorch 2.0</source>
        <translation>В учебном блокноте градиенты обнуляют на месте; оптимизаторы с PyTorch 2.0 ставят None</translation>
    </message>
    <message>
        <source>The loss is the sum, as in the notebook, or the mean; a part&apos;s mean is to be weighted by rows/m</source>
        <translation>loss — сумма, как в блокноте, или среднее; среднее по части нужно взвесить множителем rows/m</translation>
    </message>
    <message>
        <source>device</source>
        <translation>устройство</translation>
    </message>
    <message>
        <source>Where PyTorch computes: the devices that worked when tried</source>
        <translation>Где считает PyTorch: устройства, прошедшие проверку при запуске</translation>
    </message>
</context>
<context>
    <name>TensorArea</name>
    <message>
        <source>rows: samples · columns: inputs</source>
        <translation>строки — примеры · столбцы — входы</translation>
    </message>
    <message>
        <source>target</source>
        <translation>целевое значение</translation>
    </message>
</context>
<context>
    <name>TensorPanel</name>
    <message>
        <source>{shown} of {total} rows shown</source>
        <translation>показано строк: {shown} из {total}</translation>
    </message>
    <message>
        <source>{shown} of {total} columns shown</source>
        <translation>показано столбцов: {shown} из {total}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Timeline</source>
        <translation>История</translation>
    </message>
    <message>
        <source>{action}: refused</source>
        <translation>{action}: отказ</translation>
    </message>
    <message>
        <source>Run × {count}</source>
        <translation>Прогон × {count}</translation>
    </message>
    <message>
        <source>Run: {count} of {all}</source>
        <translation>Прогон: {count} из {all}</translation>
    </message>
    <message>
        <source>cell</source>
        <translation>ячейка</translation>
    </message>
    <message>
        <source>action</source>
        <translation>действие</translation>
    </message>
</context>
<context>
    <name>UpdatesPlot</name>
    <message>
        <source>{point} (undone)</source>
        <translation>{point} (отменено)</translation>
    </message>
    <message>
        <source>{element} after 1 update: {value}</source>
        <translation>{element} после 1 обновления: {value}</translation>
    </message>
    <message>
        <source>{element} after {count} updates: {value}</source>
        <translation>{element}, обновлений: {count}: {value}</translation>
    </message>
    <message>
        <source>updates</source>
        <translation>обновления</translation>
    </message>
    <message>
        <source>value</source>
        <translation>значение</translation>
    </message>
</context>
<context>
    <name>WeightsPlot</name>
    <message>
        <source>Weights</source>
        <translation>Веса</translation>
    </message>
    <message>
        <source>{shown} of {total} parameters drawn</source>
        <translation>показано параметров: {shown} из {total}</translation>
    </message>
    <message>
        <source>point at a line for its name</source>
        <translation>наведите на линию, чтобы узнать имя</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Файл</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Правка</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>&amp;Обучение</translation>
    </message>
    <message>
        <source>&amp;Presets</source>
        <translation>&amp;Заготовки</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Вид</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Экспорт</translation>
    </message>
    <message>
        <source>&amp;New</source>
        <translation>&amp;Новый</translation>
    </message>
    <message>
        <source>Begin a session without a name, at the notebook&apos;s own example</source>
        <translation>Начать новый сеанс без имени с примера из блокнота</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>&amp;Открыть…</translation>
    </message>
    <message>
        <source>Open a saved session</source>
        <translation>Открыть сохранённый сеанс</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Сохранить</translation>
    </message>
    <message>
        <source>Save the session with every press and edit</source>
        <translation>Сохранить сеанс со всеми нажатиями и правками</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Сохранить &amp;как…</translation>
    </message>
    <message>
        <source>Save the session under another name</source>
        <translation>Сохранить сеанс под другим именем</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>&amp;Импорт…</translation>
    </message>
    <message>
        <source>Take x and y_true from a table, or tensors from .npy, .safetensors or .pt</source>
        <translation>Взять x и y_true из таблицы или тензоры из .npy, .safetensors или .pt</translation>
    </message>
    <message>
        <source>&amp;Script…</source>
        <translation>&amp;Скрипт…</translation>
    </message>
    <message>
        <source>Write all that was done as a Python script that needs torch alone</source>
        <translation>Записать все действия скриптом на Python, которому нужен только torch</translation>
    </message>
    <message>
        <source>&amp;Notebook…</source>
        <translation>&amp;Блокнот…</translation>
    </message>
    <message>
        <source>Write all that was done as a Jupyter notebook, with what PyTorch printed</source>
        <translation>Записать все действия блокнотом Jupyter вместе с тем, что напечатал PyTorch</translation>
    </message>
    <message>
        <source>&amp;History as a table…</source>
        <translation>&amp;История таблицей…</translation>
    </message>
    <message>
        <source>Write a row for each press and edit, with the loss and every parameter, as CSV</source>
        <translation>Записать в CSV по строке на каждое нажатие и каждую правку: loss и все параметры</translation>
    </message>
    <message>
        <source>&amp;Tensor of this table…</source>
        <translation>&amp;Тензор этой таблицы…</translation>
    </message>
    <message>
        <source>Write the table that has the keyboard, in full, as CSV, .npy or .safetensors</source>
        <translation>Записать таблицу, в которой стоит курсор, со всеми цифрами: CSV, .npy или .safetensors</translation>
    </message>
    <message>
        <source>&amp;All tensors…</source>
        <translation>&amp;Все тензоры…</translation>
    </message>
    <message>
        <source>Write every tensor that there is now, by its name, as .safetensors</source>
        <translation>Записать все тензоры, какие сейчас есть, под их именами в .safetensors</translation>
    </message>
    <message>
        <source>Weights for nn.&amp;Linear…</source>
        <translation>Веса для nn.&amp;Linear…</translation>
    </message>
    <message>
        <source>Write W, transposed, and b as torch.nn.Linear loads them, as .pt</source>
        <translation>Записать транспонированную W и b в .pt так, как их загружает torch.nn.Linear</translation>
    </message>
    <message>
        <source>&amp;Report…</source>
        <translation>&amp;Отчёт…</translation>
    </message>
    <message>
        <source>Write the start, all that was done, the numbers and the plots, as PDF or HTML</source>
        <translation>Записать начало, весь ход работы, числа и графики как PDF или HTML</translation>
    </message>
    <message>
        <source>Save &amp;picture of this plot…</source>
        <translation>Сохранить &amp;изображение этого графика…</translation>
    </message>
    <message>
        <source>Write the plot that has the keyboard as a picture: PNG or SVG</source>
        <translation>Записать график, у которого фокус клавиатуры, как изображение: PNG или SVG</translation>
    </message>
    <message>
        <source>Save n&amp;umbers of this plot (CSV)…</source>
        <translation>Сохранить &amp;числа этого графика (CSV)…</translation>
    </message>
    <message>
        <source>Write the numbers that are drawn in the plot that has the keyboard, in full</source>
        <translation>Записать полностью числа, изображённые на графике, у которого фокус клавиатуры</translation>
    </message>
    <message>
        <source>&amp;Cancel export</source>
        <translation>&amp;Отменить экспорт</translation>
    </message>
    <message>
        <source>End the export that is running; no file is written</source>
        <translation>Прервать идущий экспорт; файл не будет записан</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>В&amp;ыход</translation>
    </message>
    <message>
        <source>Close the program</source>
        <translation>Закрыть программу</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Отменить</translation>
    </message>
    <message>
        <source>Go back to the state before the last press or edit</source>
        <translation>Вернуться к состоянию до последнего нажатия или правки</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Повторить</translation>
    </message>
    <message>
        <source>Go on to the state that was undone</source>
        <translation>Снова перейти к отменённому состоянию</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>&amp;Вырезать</translation>
    </message>
    <message>
        <source>Copy the selected cells and write 0 into them</source>
        <translation>Скопировать выделенные ячейки и записать в них 0</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Копировать</translation>
    </message>
    <message>
        <source>Copy the selected cells with all their digits, for a spreadsheet</source>
        <translation>Скопировать выделенные ячейки со всеми знаками — для электронной таблицы</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>Вст&amp;авить</translation>
    </message>
    <message>
        <source>Paste numbers from a spreadsheet or from a printed tensor</source>
        <translation>Вставить числа из электронной таблицы или из напечатанного тензора</translation>
    </message>
    <message>
        <source>C&amp;lear</source>
        <translation>О&amp;чистить</translation>
    </message>
    <message>
        <source>Write 0 into the selected cells</source>
        <translation>Записать 0 в выделенные ячейки</translation>
    </message>
    <message>
        <source>Insert rows</source>
        <translation>Вставить строки</translation>
    </message>
    <message>
        <source>Insert rows before the selected ones: samples, or inputs in W</source>
        <translation>Вставить строки перед выделенными: примеры, а в W — входы</translation>
    </message>
    <message>
        <source>Insert columns</source>
        <translation>Вставить столбцы</translation>
    </message>
    <message>
        <source>Insert columns before the selected ones: inputs, or outputs</source>
        <translation>Вставить столбцы перед выделенными: входы или выходы</translation>
    </message>
    <message>
        <source>Delete rows</source>
        <translation>Удалить строки</translation>
    </message>
    <message>
        <source>Delete the selected rows: samples, or inputs in W</source>
        <translation>Удалить выделенные строки: примеры, а в W — входы</translation>
    </message>
    <message>
        <source>Delete columns</source>
        <translation>Удалить столбцы</translation>
    </message>
    <message>
        <source>Delete the selected columns: inputs, or outputs</source>
        <translation>Удалить выделенные столбцы: входы или выходы</translation>
    </message>
    <message>
        <source>&amp;Take only these rows</source>
        <translation>Взять &amp;только эти строки</translation>
    </message>
    <message>
        <source>Forward takes the selected samples alone</source>
        <translation>Прямой проход берёт только выделенные примеры</translation>
    </message>
    <message>
        <source>Take &amp;all rows</source>
        <translation>Взять в&amp;се строки</translation>
    </message>
    <message>
        <source>Forward takes all samples</source>
        <translation>Прямой проход берёт все примеры</translation>
    </message>
    <message>
        <source>&amp;Forward</source>
        <translation>&amp;Прямой проход</translation>
    </message>
    <message>
        <source>Compute z, y_pred and loss; PyTorch builds the graph</source>
        <translation>Вычислить z, y_pred и loss; PyTorch строит граф вычислений</translation>
    </message>
    <message>
        <source>&amp;Backward</source>
        <translation>&amp;Обратный проход</translation>
    </message>
    <message>
        <source>Add the gradients of the loss to W.grad and b.grad</source>
        <translation>Прибавить градиенты функции потерь к W.grad и b.grad</translation>
    </message>
    <message>
        <source>&amp;Update</source>
        <translation>О&amp;бновление</translation>
    </message>
    <message>
        <source>Move W and b against their gradients</source>
        <translation>Сдвинуть W и b в направлении антиградиента</translation>
    </message>
    <message>
        <source>&amp;Zero grad</source>
        <translation>Об&amp;нулить градиенты</translation>
    </message>
    <message>
        <source>Zero the gradients: Backward adds, it never replaces</source>
        <translation>Обнулить градиенты: обратный проход прибавляет, а не заменяет</translation>
    </message>
    <message>
        <source>&amp;Whole step</source>
        <translation>&amp;Весь шаг</translation>
    </message>
    <message>
        <source>Forward, Backward, Update and Zero grad, one after the other</source>
        <translation>Прямой проход, обратный проход, обновление и обнуление градиентов — подряд</translation>
    </message>
    <message>
        <source>Ru&amp;n</source>
        <translation>П&amp;уск</translation>
    </message>
    <message>
        <source>Repeat whole steps until a condition holds or you stop it</source>
        <translation>Повторять весь шаг, пока не выполнится условие или вы не остановите</translation>
    </message>
    <message>
        <source>Run &amp;options…</source>
        <translation>Параметры про&amp;гона…</translation>
    </message>
    <message>
        <source>When Run stops, whether it zeroes, and which rows it takes</source>
        <translation>Когда прогон остановится, обнуляет ли он градиенты и какие строки берёт</translation>
    </message>
    <message>
        <source>Forgetful &amp;twin</source>
        <translation>&amp;Забывчивый двойник</translation>
    </message>
    <message>
        <source>Show a second run beside this one that treats Zero grad the other way</source>
        <translation>Показать рядом второе обучение, которое поступает с обнулением градиентов наоборот</translation>
    </message>
    <message>
        <source>&amp;Randomize</source>
        <translation>&amp;Случайные числа</translation>
    </message>
    <message>
        <source>Make x, W and b anew from the seed shown, as the notebook does</source>
        <translation>Создать x, W и b заново с указанным seed, как в учебном блокноте</translation>
    </message>
    <message>
        <source>Re&amp;set</source>
        <translation>&amp;Сначала</translation>
    </message>
    <message>
        <source>Return to the start values of the last preset</source>
        <translation>Вернуться к начальным значениям последней заготовки</translation>
    </message>
    <message>
        <source>Notebook, y_true = 1</source>
        <translation>Блокнот, y_true = 1</translation>
    </message>
    <message>
        <source>Start with the notebook&apos;s own example</source>
        <translation>Начать с примера из учебного блокнота</translation>
    </message>
    <message>
        <source>Notebook, y_true = 0.5</source>
        <translation>Блокнот, y_true = 0.5</translation>
    </message>
    <message>
        <source>The same neuron with a target at which forgetting Zero grad never settles</source>
        <translation>Тот же нейрон и такое целевое значение, при котором без обнуления градиентов обучение не сходится</translation>
    </message>
    <message>
        <source>OR gate: 4 samples, 2 inputs</source>
        <translation>Логическое ИЛИ: 4 примера, 2 входа</translation>
    </message>
    <message>
        <source>Learn the logical OR from its four rows</source>
        <translation>Научиться логическому ИЛИ по четырём строкам</translation>
    </message>
    <message>
        <source>Layer 4 × 2: 2 samples</source>
        <translation>Слой 4 × 2: 2 примера</translation>
    </message>
    <message>
        <source>A layer with four inputs and two outputs</source>
        <translation>Слой с четырьмя входами и двумя выходами</translation>
    </message>
    <message>
        <source>Forgetful twin, y_true = 1</source>
        <translation>Забывчивый двойник, y_true = 1</translation>
    </message>
    <message>
        <source>A second run forgets Zero grad, and learns faster</source>
        <translation>Второе обучение забывает обнулять градиенты и учится быстрее</translation>
    </message>
    <message>
        <source>Forgetful twin, y_true = 0.5</source>
        <translation>Забывчивый двойник, y_true = 0.5</translation>
    </message>
    <message>
        <source>A second run forgets Zero grad, and never settles</source>
        <translation>Второе обучение забывает обнулять градиенты и никогда не успокаивается</translation>
    </message>
    <message>
        <source>Show the window in English</source>
        <translation>Показать окно на английском</translation>
    </message>
    <message>
        <source>Show the window in Russian</source>
        <translation>Показать окно на русском</translation>
    </message>
    <message>
        <source>Colours of the system</source>
        <translation>Как в системе</translation>
    </message>
    <message>
        <source>Light or dark, as the desktop is</source>
        <translation>Светлое или тёмное, как рабочий стол</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Светлая тема</translation>
    </message>
    <message>
        <source>Dark text on light ground</source>
        <translation>Тёмный текст на светлом фоне</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Тёмная тема</translation>
    </message>
    <message>
        <source>Light text on dark ground</source>
        <translation>Светлый текст на тёмном фоне</translation>
    </message>
    <message>
        <source>&amp;Larger text</source>
        <translation>Текст &amp;крупнее</translation>
    </message>
    <message>
        <source>Larger text, for a projector</source>
        <translation>Более крупный текст — для проектора</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>Текст &amp;мельче</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Более мелкий текст</translation>
    </message>
    <message>
        <source>&amp;Usual text</source>
        <translation>О&amp;бычный размер текста</translation>
    </message>
    <message>
        <source>Text of the usual size</source>
        <translation>Текст обычного размера</translation>
    </message>
    <message>
        <source>&amp;Movements</source>
        <translation>&amp;Анимация</translation>
    </message>
    <message>
        <source>Show how Forward and Backward run through the graph, and how Zero grad sweeps</source>
        <translation>Показывать, как проходы идут по графу и как обнуление сметает градиенты</translation>
    </message>
    <message>
        <source>&amp;Lecture</source>
        <translation>&amp;Лекция</translation>
    </message>
    <message>
        <source>The phases, the gradients and one table, large, for a projector</source>
        <translation>Фазы, градиенты и одна таблица крупно, для проектора</translation>
    </message>
    <message>
        <source>Usual &amp;arrangement</source>
        <translation>Обычное &amp;расположение</translation>
    </message>
    <message>
        <source>Put all panels back where they were at first</source>
        <translation>Вернуть все панели на исходные места</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>Forward</source>
        <translation>прямой проход</translation>
    </message>
    <message>
        <source>Backward</source>
        <translation>обратный проход</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>обновление</translation>
    </message>
    <message>
        <source>Zero grad</source>
        <translation>обнуление градиентов</translation>
    </message>
    <message>
        <source>“{text}” is not a number. Nothing was changed.</source>
        <translation>«{text}» — не число. Ничего не изменено.</translation>
    </message>
    <message>
        <source>“{text}” has two separators; a number has one, and it is the decimal point. Nothing was changed.</source>
        <translation>В «{text}» два разделителя, а у числа он один — десятичный. Ничего не изменено.</translation>
    </message>
    <message>
        <source>“{text}” is not a finite number. Nothing was changed.</source>
        <translation>«{text}» — не конечное число. Ничего не изменено.</translation>
    </message>
    <message>
        <source>“{text}” is beyond float32 (about ±3.4e38). Nothing was changed.</source>
        <translation>«{text}» не помещается в float32 (примерно ±3.4e38). Ничего не изменено.</translation>
    </message>
    <message>
        <source>The clipboard holds no numbers.</source>
        <translation>В буфере обмена нет чисел.</translation>
    </message>
    <message>
        <source>The text is longer than {limit} characters. Nothing was changed.</source>
        <translation>Текст длиннее {limit} знаков. Ничего не изменено.</translation>
    </message>
    <message>
        <source>Line {line} has {found} numbers and the first has {expected}. Nothing was changed.</source>
        <translation>В строке {line} чисел: {found}, а в первой: {expected}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>PyTorch cut this printout short with “...”, so numbers are missing. Nothing was changed.</source>
        <translation>PyTorch сократил эту распечатку многоточием «...», часть чисел пропущена. Ничего не изменено.</translation>
    </message>
    <message>
        <source>{rows} × {columns} values do not fit; there is room for {room_rows} × {room_columns}. Nothing changed.</source>
        <translation>Блок {rows} × {columns} не помещается: отсюда есть место для {room_rows} × {room_columns}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>{tensor} is computed by PyTorch and cannot be edited.</source>
        <translation>{tensor} вычисляет PyTorch, править его нельзя.</translation>
    </message>
    <message>
        <source>Click on a plot first.</source>
        <translation>Сначала щёлкните по графику.</translation>
    </message>
    <message>
        <source>Select cells in a table first.</source>
        <translation>Сначала выделите ячейки в таблице.</translation>
    </message>
    <message>
        <source>Samples are the rows of x, y_true, z and y_pred: select some there.</source>
        <translation>Примеры — это строки x, y_true, z и y_pred: выделите их там.</translation>
    </message>
    <message>
        <source>{size} at once are too many: at most {limit} cells or rows at a time.</source>
        <translation>{size} за раз — слишком много: не больше {limit} ячеек или строк.</translation>
    </message>
    <message>
        <source>The rows and columns of {tensor} are set by the other tables.</source>
        <translation>Строки и столбцы {tensor} определяются другими таблицами.</translation>
    </message>
    <message>
        <source>{product} would be {size}; a table holds at most {limit} numbers. Nothing was changed.</source>
        <translation>{product} = {size}, а таблица вмещает не больше {limit} чисел. Ничего не изменено.</translation>
    </message>
    <message>
        <source>m, n and k are whole numbers from 1 up. Nothing was changed.</source>
        <translation>m, n и k — целые числа от 1. Ничего не изменено.</translation>
    </message>
    <message>
        <source>At least one has to stay ({axis} = 1). Nothing was changed.</source>
        <translation>Хотя бы одно должно остаться ({axis} = 1). Ничего не изменено.</translation>
    </message>
    <message>
        <source>Forward needs at least one sample. Nothing was changed.</source>
        <translation>Прямому проходу нужен хотя бы один пример. Ничего не изменено.</translation>
    </message>
    <message>
        <source>“{text}” is no seed: a whole number from 0 to {largest}. Nothing was changed.</source>
        <translation>«{text}» — не seed: нужно целое число от 0 до {largest}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>A part has fewer rows than the batch: 1 to {most}, or all. Nothing was changed.</source>
        <translation>В части меньше строк, чем в пакете: от 1 до {most}, или все. Ничего не изменено.</translation>
    </message>
    <message>
        <source>The device {device} does not work on this machine. The computation stays on {current}.</source>
        <translation>Устройство {device} на этом компьютере не работает. Вычисления остаются на {current}.</translation>
    </message>
    <message>
        <source>{file} is no session of this program, so it is not opened. ({detail})</source>
        <translation>{file} — не сеанс этой программы, поэтому файл не открыт. ({detail})</translation>
    </message>
    <message>
        <source>{file} is of a newer version of the program (format {version}; this one reads up to {known}): not opened.</source>
        <translation>Файл {file} создан более новой версией программы (формат {version}; эта версия читает до {known}): он не открыт.</translation>
    </message>
    <message>
        <source>{file} is damaged at entry {entry}, so it is not opened; the session is as it was. ({detail})</source>
        <translation>Файл {file} повреждён в записи {entry} и не открыт; сеанс остался прежним. ({detail})</translation>
    </message>
    <message>
        <source>{file} needs the file {tensors} beside it, as it was saved; without it, it is not opened.</source>
        <translation>Рядом с {file} нужен файл {tensors}, каким он был сохранён; без него сеанс не открыть.</translation>
    </message>
    <message>
        <source>{file} cannot be read: {detail}</source>
        <translation>Не удаётся прочитать {file}: {detail}</translation>
    </message>
    <message>
        <source>{file} is larger than {limit} MiB, so it is not opened.</source>
        <translation>Файл {file} больше {limit} МиБ, поэтому он не открыт.</translation>
    </message>
    <message>
        <source>{file} is not saved, and what it held is as it was: {detail}</source>
        <translation>Файл {file} не сохранён, его прежнее содержимое цело: {detail}</translation>
    </message>
    <message>
        <source>{file} is open in another window of the program (process {owner}) and not written from here: save under another name.</source>
        <translation>{file} открыт в другом окне программы (процесс {owner}), отсюда он не записывается: сохраните под другим именем.</translation>
    </message>
    <message>
        <source>Nothing can be recovered if the program ends without a word: {detail}. Save now and then.</source>
        <translation>Если программа внезапно завершится, восстановить работу не удастся: {detail}. Сохраняйте её время от времени.</translation>
    </message>
    <message>
        <source>The unsaved work cannot be read any more; it is kept. The session is as it was. ({detail})</source>
        <translation>Несохранённую работу прочитать не удалось, её файл оставлен на месте. Сеанс не изменился. ({detail})</translation>
    </message>
    <message>
        <source>The file failed inside the program, nothing was changed: {detail}</source>
        <translation>Ошибка программы при работе с файлом, ничего не изменено: {detail}</translation>
    </message>
    <message>
        <source>{first} and {second} do not agree on {axis}: {first_size} and {second_size}. Nothing was changed.</source>
        <translation>{first} и {second} расходятся в размере {axis}: {first_size} и {second_size}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>{file} is not imported: it is neither a table (.csv, .tsv) nor .npy, .safetensors or .pt.</source>
        <translation>{file} не импортирован: это не таблица (.csv, .tsv) и не .npy, .safetensors или .pt.</translation>
    </message>
    <message>
        <source>{file} is not imported: it is no text with rows of cells.</source>
        <translation>{file} не импортирован: это не текст со строками ячеек.</translation>
    </message>
    <message>
        <source>{file}: rows {rows}, columns {columns}. At most {most_rows} × {most_columns} are read, and {limit} cells.</source>
        <translation>{file}: строк {rows}, столбцов {columns}. Читается не больше {most_rows} × {most_columns}, а всего — {limit} ячеек.</translation>
    </message>
    <message>
        <source>Line {line} has another number of cells ({found}) than the first line ({expected}).</source>
        <translation>В строке {line} другое число ячеек ({found}), чем в первой ({expected}).</translation>
    </message>
    <message>
        <source>The quotation marks of line {line} do not match.</source>
        <translation>В строке {line} кавычки не закрыты или стоят не на месте.</translation>
    </message>
    <message>
        <source>Line {line}, column {column}: “{text}” is no finite number of float32 (at most ±3.4e38).</source>
        <translation>Строка {line}, столбец {column}: «{text}» — не конечное число float32 (не больше ±3.4e38).</translation>
    </message>
    <message>
        <source>Line {line}, column {column}: “{text}” is no number where the decimal mark is “{mark}”.</source>
        <translation>Строка {line}, столбец {column}: «{text}» — не число, если десятичный знак «{mark}».</translation>
    </message>
    <message>
        <source>“{text}” can be read in more than one way: choose the separator or the decimal mark.</source>
        <translation>«{text}» можно прочесть по-разному: выберите разделитель ячеек или десятичный знак.</translation>
    </message>
    <message>
        <source>Choose at least one column as x or y_true.</source>
        <translation>Выберите хотя бы один столбец для x или y_true.</translation>
    </message>
    <message>
        <source>{file} is damaged or holds no tensors: not imported. ({detail})</source>
        <translation>{file} повреждён или не содержит тензоров, поэтому не импортирован. ({detail})</translation>
    </message>
    <message>
        <source>{file} is not imported: more than tensors is in it, and to load that would run code. Save the state_dict alone. ({detail})</source>
        <translation>{file} не импортирован: в нём не только тензоры, и при загрузке выполнился бы чужой код. Сохраните один state_dict. ({detail})</translation>
    </message>
    <message>
        <source>{file} is not imported: it holds no tensor of one or two dimensions.</source>
        <translation>{file} не импортирован: в нём нет одномерных и двумерных тензоров.</translation>
    </message>
    <message>
        <source>{tensor} has {size} numbers; a tensor may have at most {limit}. Nothing was changed.</source>
        <translation>В {tensor} чисел: {size}; в тензоре может быть не больше {limit}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>{tensor} holds nan, inf or a number beyond float32. Nothing was changed.</source>
        <translation>В {tensor} есть nan, inf или число за пределами float32. Ничего не изменено.</translation>
    </message>
    <message>
        <source>The shape {shape} does not suit {tensor}. Nothing was changed.</source>
        <translation>Форма {shape} не подходит для {tensor}. Ничего не изменено.</translation>
    </message>
    <message>
        <source>{tensor} has no values yet: there is nothing to write.</source>
        <translation>У {tensor} ещё нет значений: записывать нечего.</translation>
    </message>
    <message>
        <source>Out of memory on {device}; nothing was changed. Choose smaller sizes or the device cpu. {detail}</source>
        <translation>На {device} не хватило памяти; ничего не изменено. Уменьшите размеры или выберите устройство cpu. {detail}</translation>
    </message>
    <message>
        <source>The device {device} failed. Work continues on the CPU from the last state. {detail}</source>
        <translation>Устройство {device} отказало. Работа продолжается на CPU с последнего состояния. {detail}</translation>
    </message>
    <message>
        <source>{action} failed inside the program, nothing was changed: {detail}</source>
        <translation>Сбой внутри программы ({action}), ничего не изменено: {detail}</translation>
    </message>
    <message>
        <source>PyTorch cannot be loaded, so nothing can be computed. Install it again. {detail}</source>
        <translation>Не удалось загрузить PyTorch, вычисления невозможны. Переустановите его. {detail}</translation>
    </message>
    <message>
        <source>The program was not closed the last time, it broke off. What is known of it is in {file}.</source>
        <translation>В прошлый раз программа не была закрыта, а прервалась. Что об этом известно, записано в {file}.</translation>
    </message>
    <message>
        <source>Nothing can be written to {folder}. Everything works, but is not kept there for the next start.</source>
        <translation>В {folder} нельзя ничего записать. Всё работает, но до следующего запуска там ничего не сохранится.</translation>
    </message>
    <message>
        <source>Settings that could not be read are the usual ones now. The old file is kept as {kept}.</source>
        <translation>Настройки, которые не удалось прочитать, заменены обычными. Прежний файл сохранён как {kept}.</translation>
    </message>
    <message>
        <source>The translation {file} is missing or damaged, so the texts are English. Installing again brings it back.</source>
        <translation>Файл перевода {file} отсутствует или повреждён, поэтому тексты английские. Его вернёт повторная установка.</translation>
    </message>
    <message>
        <source>Next: {phase}.</source>
        <translation>Дальше: {phase}.</translation>
    </message>
    <message>
        <source>Undone entries that are gone now: {count}. Undoing In [{number}] brings them back while the program runs; they are not saved.</source>
        <translation>Отменённые записи убраны: {count}. Отмена In [{number}] вернёт их, пока программа запущена; в файле их не будет.</translation>
    </message>
    <message>
        <source>This is In [{number}] of {last}: what came after is undone.</source>
        <translation>Показан In [{number}] из {last}: что было дальше, отменено.</translation>
    </message>
    <message>
        <source>Start values</source>
        <translation>начальные значения</translation>
    </message>
    <message>
        <source>Edit of {tensor}</source>
        <translation>правка {tensor}</translation>
    </message>
    <message>
        <source>Marking of rows</source>
        <translation>выбор строк</translation>
    </message>
    <message>
        <source>Setting of {name}</source>
        <translation>настройка {name}</translation>
    </message>
    <message>
        <source>Change of size</source>
        <translation>изменение размера</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>импорт</translation>
    </message>
    <message>
        <source>Randomize</source>
        <translation>случайные числа</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>прогон</translation>
    </message>
    <message>
        <source>Change of device</source>
        <translation>смена устройства</translation>
    </message>
    <message>
        <source>Notebook, y_true = 1</source>
        <translation>Блокнот, y_true = 1</translation>
    </message>
    <message>
        <source>Notebook, y_true = 0.5</source>
        <translation>Блокнот, y_true = 0.5</translation>
    </message>
    <message>
        <source>Forgetful twin, y_true = 1</source>
        <translation>Забывчивый двойник, y_true = 1</translation>
    </message>
    <message>
        <source>Forgetful twin, y_true = 0.5</source>
        <translation>Забывчивый двойник, y_true = 0.5</translation>
    </message>
    <message>
        <source>OR gate: 4 samples, 2 inputs</source>
        <translation>Логическое ИЛИ: 4 примера, 2 входа</translation>
    </message>
    <message>
        <source>Layer 4 × 2: 2 samples</source>
        <translation>Слой 4 × 2: 2 примера</translation>
    </message>
    <message>
        <source>before: {before} → after: {after}</source>
        <translation>до: {before} → после: {after}</translation>
    </message>
    <message>
        <source>From an earlier state. Changed since: {names}.</source>
        <translation>Прежнее состояние. С тех пор изменено: {names}.</translation>
    </message>
    <message>
        <source>Stale since In [{number}], {action}.</source>
        <translation>Устарело с In [{number}]: {action}.</translation>
    </message>
    <message>
        <source>Forward: loss = {loss}. PyTorch built a new graph for {x}.</source>
        <translation>Прямой проход: loss = {loss}. PyTorch построил новый граф вычислений для {x}.</translation>
    </message>
    <message>
        <source>Update: lr · grad is subtracted from W and b, lr = {lr}. .grad stays as it is.</source>
        <translation>Обновление: из W и b вычтено lr · grad, lr = {lr}. Сам .grad не изменился.</translation>
    </message>
    <message>
        <source>Zero grad: W.grad and b.grad are None again.</source>
        <translation>Градиенты сброшены: W.grad и b.grad снова None (это не нули).</translation>
    </message>
    <message>
        <source>Zero grad: W.grad and b.grad are zeros now, in place.</source>
        <translation>Градиенты обнулены: в W.grad и b.grad теперь нули, на месте.</translation>
    </message>
    <message>
        <source>{preset}: the start values. .grad is None, nothing is computed yet.</source>
        <translation>{preset}: начальные значения. .grad — None, ничего ещё не вычислено.</translation>
    </message>
    <message>
        <source>The samples that Forward takes: {x}.</source>
        <translation>В прямой проход пойдут примеры: {x}.</translation>
    </message>
    <message>
        <source>Randomize, seed {seed}: x from torch.rand, W from torch.randn, b zeros. .grad is None.</source>
        <translation>Случайные числа, seed {seed}: x из torch.rand, W из torch.randn, b — нули. .grad — None.</translation>
    </message>
    <message>
        <source>x, y_true, W, b and the gradients are on {device} now; the last Forward is dropped.</source>
        <translation>x, y_true, W, b и градиенты теперь на {device}; результат прямого прохода сброшен.</translation>
    </message>
    <message>
        <source>Imported from {source}: {names}.</source>
        <translation>Импорт из {source}: {names}.</translation>
    </message>
    <message>
        <source>W is the weight of an nn.Linear, transposed: there it is (k, n), here (n, k).</source>
        <translation>W — это транспонированный weight из nn.Linear: там он (k, n), здесь (n, k).</translation>
    </message>
    <message>
        <source>the marked rows</source>
        <translation>выбор строк</translation>
    </message>
    <message>
        <source>sum or mean</source>
        <translation>сумма или среднее</translation>
    </message>
    <message>
        <source>New tensors: {shapes}. .grad is None.</source>
        <translation>Новые тензоры: {shapes}. .grad — None.</translation>
    </message>
    <message>
        <source>New weights: torch.randn, seed {seed}.</source>
        <translation>Новые веса: torch.randn, seed {seed}.</translation>
    </message>
    <message>
        <source>Backward: the gradients are in W.grad and b.grad.</source>
        <translation>Обратный проход: градиенты записаны в W.grad и b.grad.</translation>
    </message>
    <message>
        <source>Backward: added to what was there. Backwards summed in .grad: {count}.</source>
        <translation>Обратный проход: прибавлено к тому, что было. Обратных проходов сложено в .grad: {count}.</translation>
    </message>
    <message>
        <source>Backward: Backwards summed in W.grad: {W}, in b.grad: {b}.</source>
        <translation>Обратный проход: обратных проходов сложено в W.grad: {W}, в b.grad: {b}.</translation>
    </message>
    <message>
        <source>The graph is spent.</source>
        <translation>Граф израсходован.</translation>
    </message>
    <message>
        <source>.grad stays.</source>
        <translation>.grad сохраняется.</translation>
    </message>
    <message>
        <source>{elements}, in place under torch.no_grad().</source>
        <translation>{elements}: записано на месте (in-place) под torch.no_grad().</translation>
    </message>
    <message>
        <source>Pasted {rows} × {columns} values into {tensor}, in place.</source>
        <translation>В {tensor} вставлен блок {rows} × {columns}, на месте.</translation>
    </message>
    <message>
        <source>Cut {rows} × {columns} values out of {tensor}, in place.</source>
        <translation>Из {tensor} вырезан блок {rows} × {columns}, на месте.</translation>
    </message>
    <message>
        <source>Cleared {rows} × {columns} values of {tensor}, in place.</source>
        <translation>В {tensor} очищен блок {rows} × {columns}, на месте.</translation>
    </message>
    <message>
        <source>The learning rate is {lr}.</source>
        <translation>Скорость обучения: {lr}.</translation>
    </message>
    <message>
        <source>Backward keeps the graph from now on.</source>
        <translation>Теперь обратный проход сохраняет граф.</translation>
    </message>
    <message>
        <source>Backward frees the graph from now on.</source>
        <translation>Теперь обратный проход освобождает граф.</translation>
    </message>
    <message>
        <source>The loss is the sum over all rows and outputs from now on.</source>
        <translation>Теперь loss — сумма по всем строкам и выходам.</translation>
    </message>
    <message>
        <source>The loss is the mean over all rows and outputs from now on.</source>
        <translation>Теперь loss — среднее по всем строкам и выходам.</translation>
    </message>
    <message>
        <source>The loss of a part is its mean, weighted by its rows over the batch&apos;s rows, from now on.</source>
        <translation>Теперь loss части — её среднее, взвешенное долей её строк в пакете.</translation>
    </message>
    <message>
        <source>Forward takes all rows from now on.</source>
        <translation>Теперь прямой проход берёт все строки.</translation>
    </message>
    <message>
        <source>Forward takes the batch in parts, rows at a time: {count}. Backward marks the next part.</source>
        <translation>Прямой проход берёт пакет по частям, строк за раз: {count}. Обратный проход отмечает следующую часть.</translation>
    </message>
    <message>
        <source>From here on a second run takes the same presses, with Zero grad the other way.</source>
        <translation>С этого места второе обучение повторяет те же нажатия, но с обнулением градиентов наоборот.</translation>
    </message>
    <message>
        <source>The comparison with the second run has ended.</source>
        <translation>Сравнение со вторым обучением закончено.</translation>
    </message>
    <message>
        <source>Zero grad means {code} from now on.</source>
        <translation>Теперь градиенты обнуляются так: {code}.</translation>
    </message>
    <message>
        <source>The next random numbers come from seed {seed}.</source>
        <translation>Следующие случайные числа будут получены с seed = {seed}.</translation>
    </message>
    <message>
        <source>Edited after Forward: {names}. This is the gradient of the old point; PyTorch says nothing.</source>
        <translation>После прямого прохода изменено: {names}. Это градиент в прежней точке; PyTorch об этом молчит.</translation>
    </message>
    <message>
        <source>z, y_pred and loss are of the old values until the next Forward.</source>
        <translation>z, y_pred и loss относятся к прежним значениям — до следующего прямого прохода.</translation>
    </message>
    <message>
        <source>All parts are in .grad, but the sum of their means is no mean: each wants the weight rows/m.</source>
        <translation>В .grad вошли все части, но сумма их средних — не среднее: каждой нужен вес rows/m.</translation>
    </message>
    <message>
        <source>All parts are in .grad: together they are the gradient of the batch.</source>
        <translation>В .grad вошли все части: вместе это градиент всего пакета.</translation>
    </message>
    <message>
        <source>More than once in .grad: {x}. It is not the gradient of the batch.</source>
        <translation>В .grad больше одного раза: {x}. Это не градиент пакета.</translation>
    </message>
    <message>
        <source>Marked as the next part: {x}.</source>
        <translation>Отмечена следующая часть: {x}.</translation>
    </message>
    <message>
        <source>The gradient was of {rows} of {m} rows.</source>
        <translation>Градиент учитывал {rows} из {m} строк.</translation>
    </message>
    <message>
        <source>The gradient was of an older state ({names} changed since); PyTorch says nothing.</source>
        <translation>Градиент относился к прежнему состоянию (с тех пор изменилось: {names}); PyTorch об этом молчит.</translation>
    </message>
    <message>
        <source>Of {count} Backwards in .grad, {old} came from an older state ({names}); PyTorch says nothing.</source>
        <translation>Из {count} слагаемых в .grad {old} посчитаны в прежнем состоянии ({names}); PyTorch об этом молчит.</translation>
    </message>
    <message>
        <source>Not finite any more (nan or inf): {names}. Undo takes it back.</source>
        <translation>Значения перестали быть конечными (nan или inf): {names}. Отмена вернёт прежние.</translation>
    </message>
    <message>
        <source>There is no gradient to use: .grad is None, which is not 0. Press Forward, then Backward.</source>
        <translation>Градиента нет: .grad — None, а это не 0. Нажмите «Прямой проход», затем «Обратный проход».</translation>
    </message>
    <message>
        <source>There is no loss to go back from yet. Press Forward first.</source>
        <translation>loss ещё не вычислен, обратному проходу не с чего начать. Сначала нажмите «Прямой проход».</translation>
    </message>
    <message>
        <source>The graph of this Forward is spent: an earlier Backward freed it. Press Forward for a new one.</source>
        <translation>Граф этого прямого прохода уже освобождён предыдущим обратным проходом. Нажмите «Прямой проход» — построится новый.</translation>
    </message>
    <message>
        <source>x changed after Forward, and W.grad needs the old x. b.grad had its share already. Press Forward again.</source>
        <translation>После прямого прохода изменился x, а для W.grad нужен прежний. К b.grad его часть уже прибавлена. Нажмите «Прямой проход» снова.</translation>
    </message>
    <message>
        <source>PyTorch refused. What it left is in the tables; Undo takes it back.</source>
        <translation>PyTorch сообщил об ошибке. В таблицах то, что после неё осталось; отмена вернёт прежнее.</translation>
    </message>
    <message>
        <source>PyTorch is loading. What you press now is done as soon as it is ready.</source>
        <translation>PyTorch загружается. Всё, что вы сейчас нажмёте, выполнится, как только он будет готов.</translation>
    </message>
    <message>
        <source>Running: {action}…</source>
        <translation>Выполняется: {action}…</translation>
    </message>
    <message>
        <source>Waiting in line: {count}</source>
        <translation>В очереди: {count}</translation>
    </message>
</context>
<context>
    <name>twin_words</name>
    <message>
        <source>twin</source>
        <translation>двойник</translation>
    </message>
    <message>
        <source>twin: never Zero grad</source>
        <translation>двойник: не обнуляет</translation>
    </message>
    <message>
        <source>twin: always Zero grad</source>
        <translation>двойник: обнуляет</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>этот прогон</translation>
    </message>
    <message>
        <source>The run without Zero grad:</source>
        <translation>Прогон без обнуления:</translation>
    </message>
    <message>
        <source>The run without Zero grad (the twin ■):</source>
        <translation>Прогон без обнуления (двойник ■):</translation>
    </message>
    <message>
        <source>The run without Zero grad (this run ●):</source>
        <translation>Прогон без обнуления (этот ●):</translation>
    </message>
    <message>
        <source>The twin takes the same presses from the marked moment on. If Zero grad was pressed since, it leaves every one out; else it zeroes the gradients after every Update. The run that forgets is compared in all of W and b with torch.optim.SGD(momentum=1), which runs beside it with its own gradients zeroed every time.</source>
        <translation>Двойник с отмеченного момента повторяет те же нажатия. Если с тех пор градиенты обнуляли, он это пропускает; если нет — обнуляет их после каждого обновления. Прогон без обнуления сверяется по всем W и b с torch.optim.SGD(momentum=1), который идёт рядом и каждый раз обнуляет свои градиенты.</translation>
    </message>
    <message>
        <source>The comparison has ended: new tensors.</source>
        <translation>Сравнение окончено: новые тензоры.</translation>
    </message>
    <message>
        <source>The comparison has ended.</source>
        <translation>Сравнение окончено.</translation>
    </message>
    <message>
        <source>The twin could not be computed.</source>
        <translation>Двойника не удалось вычислить.</translation>
    </message>
    <message>
        <source>The twin starts at update {count}: what was before is no longer kept.</source>
        <translation>Двойник начинает с обновления {count}: более раннее уже не хранится.</translation>
    </message>
    <message>
        <source>= torch.optim.SGD(momentum=1), bit for bit</source>
        <translation>= torch.optim.SGD(momentum=1), бит в бит</translation>
    </message>
    <message>
        <source>= torch.optim.SGD(momentum=1) to within {number}</source>
        <translation>= torch.optim.SGD(momentum=1) с точностью до {number}</translation>
    </message>
    <message>
        <source>compared with SGD(momentum=1) at each Update</source>
        <translation>сравнивается с SGD(momentum=1) при каждом обновлении</translation>
    </message>
    <message>
        <source>not compared: one Backward an Update is needed</source>
        <translation>не сверяется: на обновление нужен один обратный проход</translation>
    </message>
    <message>
        <source>not compared any more: a number was edited</source>
        <translation>больше не сверяется: число исправлено вручную</translation>
    </message>
    <message>
        <source>not compared any more: PyTorch refused</source>
        <translation>больше не сверяется: PyTorch отказал</translation>
    </message>
    <message>
        <source>the twin ends in a run of more than {phases} phases</source>
        <translation>двойник кончается: в прогоне больше {phases} фаз</translation>
    </message>
</context>
</TS>
