// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Tabs } from "../../web/design/tabs.tsx";

afterEach(cleanup);

function show() {
  render(
    <Tabs
      label="What to do"
      tabs={[
        { name: "in", title: "Deposit", content: <p>Money in</p> },
        { name: "out", title: "Withdraw", content: <p>Money out</p> },
      ]}
    />,
  );
}

const chosen = () => screen.getByRole("tab", { selected: true });

test("the first panel shows, and only that", () => {
  show();
  expect(chosen().textContent).toBe("Deposit");
  expect(screen.getByRole("tabpanel", { name: "Deposit" }).textContent).toBe("Money in");
  expect(screen.queryByText("Money out")).toBeNull();
});

test("arrows go round, Home and End go to the ends, and the focus goes along", () => {
  show();
  for (const [key, title] of [
    ["ArrowRight", "Withdraw"],
    ["ArrowRight", "Deposit"],
    ["ArrowLeft", "Withdraw"],
    ["Home", "Deposit"],
    ["End", "Withdraw"],
  ] as const) {
    fireEvent.keyDown(chosen(), { key });
    expect(chosen().textContent).toBe(title);
    expect(document.activeElement).toBe(chosen());
  }
});

test("one stop for the Tab key", () => {
  show();
  fireEvent.click(screen.getByRole("tab", { name: "Withdraw" }));
  expect(screen.getAllByRole("tab").map(({ tabIndex }) => tabIndex)).toEqual([-1, 0]);
});
