// The contracts in memory.
import { describePersonalData } from '../testing/contracts/personal-data.contract.js';
import { describeSubjectKeyStore } from '../testing/contracts/subject-key-store.contract.js';
import { createMemoryStore } from './create-memory-store.js';

const close = () => Promise.resolve();

describeSubjectKeyStore('MemorySubjectKeyStore', () => {
  const { subjectKeys: keys, unitOfWork } = createMemoryStore();
  return Promise.resolve({ keys, unitOfWork, close });
});

describePersonalData('memory', () => Promise.resolve({ ...createMemoryStore(), close }));
