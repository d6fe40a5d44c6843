import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "./children.ts";

/** Amazon's DynamoDB Local, as LocalStack downloads it, from its makers' place on Maven Central. */
const VERSION = "2.6.1";

/**
 * The folder with the jars of DynamoDB Local, fetched by Maven as it is configured where they are not there yet.
 * @throws Error where there is no Maven, or no Java to run them.
 */
export async function dynamoDbLocal(): Promise<string> {
  const folder = join(tmpdir(), `celeriac-dynamodb-local-${VERSION}`);
  const whole = join(folder, "installed");
  const jars = join(folder, "jars");
  if (existsSync(whole)) return jars;
  for (const command of ["java", "mvn"]) {
    if ((await codeOf(command, ["-version"], { quiet: true }).catch(() => 1)) !== 0)
      throw new Error(`${command} is missing: Java 17 or later, and Maven, are needed for DynamoDB Local.`);
  }
  console.log(`DynamoDB Local ${VERSION} is installed into ${folder}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion><groupId>celeriac</groupId><artifactId>emulator</artifactId><version>1</version>
      <dependencies><dependency>
        <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${VERSION}</version>
      </dependency></dependencies>
    </project>`,
  );
  const copy = ["-q", "-B", "-f", folder, "dependency:copy-dependencies", `-DoutputDirectory=${jars}`];
  if ((await codeOf("mvn", copy)) !== 0) throw new Error(`Maven could not fetch DynamoDB Local ${VERSION}.`);
  await writeFile(whole, "");
  return jars;
}
